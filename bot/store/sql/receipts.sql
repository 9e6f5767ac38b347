-- name: find(key)^
select message_id from receipts where key = :key and finished_at_ms is not null;

-- name: begin(key, now_ms)^
insert into receipts (key, started_at_ms) values (:key, :now_ms)
on conflict (key) do update set started_at_ms = receipts.started_at_ms
returning message_id, finished_at_ms;

-- name: finish(key, message_id, now_ms)!
update receipts set message_id = :message_id, finished_at_ms = :now_ms where key = :key;
