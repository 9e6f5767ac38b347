-- What arrived, raw, before its source may forget it.
create table inbox (
  id integer primary key,
  channel text not null,
  key text not null,
  payload text not null,
  state text not null default 'new' check (state in ('new', 'done', 'ignored', 'set_aside')),
  reason text not null default '',
  received_at_ms bigint not null,
  unique (channel, key)
);
create index inbox_open on inbox (id) where state = 'new';

-- One turn for each message that is answered, with its checkpoints.
create table turns (
  id text primary key,
  inbox_id bigint not null unique references inbox (id) on delete cascade,
  conversation text not null,
  person text not null,
  state text not null default 'open' check (state in ('open', 'done', 'failed', 'stopped')),
  heard text,
  answer text,
  trace text not null default '[]',
  started_at_ms bigint not null,
  finished_at_ms bigint
);
create index turns_by_conversation on turns (conversation, started_at_ms);

-- What was heard in each part of a note: a finished transcription is never paid again.
create table transcripts (
  turn_id text not null references turns (id) on delete cascade,
  part bigint not null,
  heard text not null,
  language text not null default '',
  model text not null,
  primary key (turn_id, part)
);

-- The conversation as the model sees it; position orders the messages of one turn.
create table messages (
  id integer primary key,
  conversation text not null,
  turn_id text not null references turns (id) on delete cascade,
  position bigint not null,
  message text not null,
  at_ms bigint not null,
  unique (turn_id, position)
);
create index messages_by_conversation on messages (conversation, id);

create table conversations (
  key text primary key,
  starts_after_message bigint not null default 0,
  refuses_voice bigint not null default 0,
  updated_at_ms bigint not null
);

-- Proof of every visible effect.
create table receipts (
  key text primary key,
  message_id text,
  started_at_ms bigint not null,
  finished_at_ms bigint
);

-- Every paid call: intent before, result after. Money in micro-USD.
create table paid_calls (
  id integer primary key,
  turn_id text,
  conversation text not null,
  person text not null,
  kind text not null,
  model text not null,
  state text not null default 'intent'
    check (state in ('intent', 'done', 'failed', 'maybe_paid')),
  cost_micro_usd bigint,
  generation_id text not null default '',
  started_at_ms bigint not null,
  finished_at_ms bigint
);
create index paid_calls_open on paid_calls (id) where state = 'intent';
create index paid_calls_by_conversation on paid_calls (conversation, started_at_ms);

create table people (
  channel text not null,
  person text not null,
  role text not null default 'stranger' check (role in ('owner', 'stranger')),
  told_at_ms bigint not null default 0,
  primary key (channel, person)
);

create table invitations (
  code_hash text primary key,
  expires_at_ms bigint not null,
  used_by text
);
