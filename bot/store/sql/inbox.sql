-- name: add(channel, key, payload, now_ms)^
insert into inbox (channel, key, payload, received_at_ms)
values (:channel, :key, :payload, :now_ms)
on conflict do nothing
returning id, channel, key, payload, received_at_ms;

-- name: waiting()
select id, channel, key, payload, received_at_ms from inbox where state = 'new' order by id;

-- name: close(id, state, reason)!
-- What was not meant for the bot is nobody's to keep.
update inbox
set state = :state, reason = :reason,
  payload = case when :state = 'ignored' then '{}' else payload end
where id = :id;
