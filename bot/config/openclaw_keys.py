"""Keys that OpenClaw reads and Parley does not: they get a note, never "unknown key".

By block, `*` for any key (facts/behaviour.md A2, C1, D1, F, G, I). Data only.
"""

from __future__ import annotations

_ROOT = """
    $schema meta wizard auth acp diagnostics logging cli update browser ui secrets skills
    plugins nodeHost bindings broadcast audio commands approvals web cron hooks discovery
    canvasHost talk gateway vault memory mcp accessGroups surfaces proxy transcripts
    commitments crestodian
"""
_CHANNELS = """
    defaults whatsapp discord slack signal imessage bluebubbles googlechat msteams matrix
    mattermost irc line zalo nostr feishu twitch webchat nextcloud-talk
"""
_TELEGRAM = """
    name accounts defaultAccount capabilities execApprovals markdown commands customCommands
    configWrites direct dms dmHistoryLimit mentionPatterns contextVisibility defaultTo
    timeoutSeconds mediaGroupFlushMs pollingStallThresholdMs retry proxy
    webhookCertPath actions threadBindings reactionNotifications reactionLevel heartbeat
    healthMonitor linkPreview silentErrorReplies responsePrefix errorPolicy errorCooldownMs
    autoTopicLabel richMessages includeGroupHistoryContext implicitMentions
"""
_GROUP = "ingest tools toolsBySender skills errorPolicy errorCooldownMs"
_DEFAULTS = """
    imageModel imageMaxDimensionPx pdfModel pdfMaxBytesMb pdfMaxPages modelPolicy mediaModels
    workspace repoRoot skipBootstrap bootstrapMaxChars bootstrapTotalMaxChars
    bootstrapPromptTruncationWarning userTimezone timeFormat envelopeTimezone envelopeTimestamp
    envelopeElapsed contextTokens cliBackends memorySearch contextPruning embeddedPi
    verboseDefault elevatedDefault reasoningDefault fastModeDefault blockStreamingDefault
    blockStreamingBreak blockStreamingChunk blockStreamingCoalesce humanDelay timeoutSeconds
    typingIntervalSeconds typingMode heartbeat maxConcurrent subagents sandbox skills
    additionalSystemPrompt systemPromptOverride tts
"""
_COMPACTION = """
    mode provider reserveTokens reserveTokensFloor keepRecentTokens maxHistoryShare
    recentTurnsPreserve timeoutSeconds identifierPolicy identifierInstructions customInstructions
    qualityGuard postCompactionSections notifyUser memoryFlush truncateAfterCompaction
    maxActiveTranscriptBytes midTurnPrecheck
"""
_MESSAGES = """
    messagePrefix responsePrefix visibleReplies statusReactions removeAckAfterReply
    suppressToolErrors
"""
_SESSION = """
    scope idleMinutes resetByType resetByChannel sendPolicy store maintenance mainKey
    threadBindings agentToAgent parentForkMaxTokens typingMode typingIntervalSeconds writeLock
"""
_TOOLS = """
    profile allow alsoAllow deny byProvider exec fs web message agentToAgent elevated sessions
    sessions_spawn subagents sandbox loopDetection links toolsBySender experimental codeMode
"""
_PROVIDER_MODEL = """
    name api reasoning input cost contextWindow contextTokens maxTokens headers compat
"""
_LISTENER = "command args request attachments scope providerOptions deepgram"

UNUSED: dict[str, frozenset[str]] = {
    "": frozenset(_ROOT.split()),
    "env": frozenset({"shellEnv"}),
    "channels": frozenset(_CHANNELS.split()),
    "channels.telegram": frozenset(_TELEGRAM.split()),
    "channels.telegram.network": frozenset({"autoSelectFamily", "dnsResultOrder"}),
    "channels.telegram.groups.*": frozenset(_GROUP.split()),
    "channels.telegram.groups.*.topics.*": frozenset([*_GROUP.split(), "agentId"]),
    "models": frozenset({"mode", "bedrockDiscovery", "pricing"}),
    "models.providers.*": frozenset({"api", "authHeader", "injectNumCtxForOpenAICompat", "region"}),
    "models.providers.*.models.*": frozenset(_PROVIDER_MODEL.split()),
    "models.providers.*.request": frozenset({"proxy", "tls"}),
    "agents.defaults": frozenset(_DEFAULTS.split()),
    "agents.defaults.models.*": frozenset({"streaming", "agentRuntime"}),
    "agents.defaults.model": frozenset({"timeoutMs"}),
    "agents.defaults.compaction": frozenset(_COMPACTION.split()),
    "messages": frozenset(_MESSAGES.split()),
    "messages.tts": frozenset({"persona", "personas"}),
    "messages.tts.modelOverrides": frozenset(
        {"allowVoiceSettings", "allowNormalization", "allowSeed"}
    ),
    "messages.tts.providers.*": frozenset({"languageCode"}),
    "session": frozenset(_SESSION.split()),
    "tools": frozenset(_TOOLS.split()),
    "tools.media": frozenset({"image", "video", "asyncCompletion"}),
    "tools.media.models.*": frozenset(_LISTENER.split()),
    "tools.media.audio": frozenset({"preferredModel", "deepgram"}),
    "tools.media.audio.models.*": frozenset(_LISTENER.split()),
}

# Places where people put something that belongs elsewhere.
HINTS: dict[str, str] = {
    "tools.media.audio.provider": "write tools.media.audio.models: [{ provider, model }]",
    "tools.media.audio.model": "write tools.media.audio.models: [{ provider, model }]",
    "tools.media.audio.models.*.apiKey": "the key is read from models.providers.openrouter.apiKey",
    "tools.media.models.*.apiKey": "the key is read from models.providers.openrouter.apiKey",
}
