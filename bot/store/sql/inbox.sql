-- name: add(channel, key, payload, now_ms)^
insert into inbox (channel, key, payload, received_at_ms)
values (:channel, :key, :payload, :now_ms)
on conflict do nothing
returning id, channel, key, payload, received_at_ms;

-- name: waiting()
select id, channel, key, payload, received_at_ms from inbox where state = 'new' order by id;

-- name: close(id, state, reason)!
update inbox set state = :state, reason = :reason where id = :id;
