-- What a conversation chose for itself, as JSON: model, thinking level.
alter table conversations add column choices text not null default '{}';

-- What was spent is asked for by time.
create index paid_calls_by_time on paid_calls (started_at_ms);
