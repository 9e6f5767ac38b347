-- When a chat last refused a voice message; 0 for never. It is tried again after a while.
alter table conversations add column voice_refused_at_ms bigint not null default 0;
update conversations set voice_refused_at_ms = updated_at_ms where refuses_voice <> 0;
alter table conversations drop column refuses_voice;
