-- name: add(channel, key, payload, now_ms)^
insert into inbox (channel, key, payload, received_at_ms)
values (:channel, :key, :payload, :now_ms)
on conflict do nothing
returning id, channel, key, payload, received_at_ms, joined;

-- name: waiting()
select id, channel, key, payload, received_at_ms, joined from inbox
where state = 'new' order by id;

-- name: join(id, first)!
update inbox set joined = :first where id = :id;

-- name: close(id, state, reason)!
-- What was not meant for the bot is nobody's to keep.
update inbox
set state = :state, reason = :reason,
  payload = case when :state = 'ignored' then '{}' else payload end
where id >= :id and (id = :id or joined = :id); -- what joined came later

-- name: backlog()^
select count(*) as waiting, min(received_at_ms) as oldest_ms from inbox where state = 'new';
