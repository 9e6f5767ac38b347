-- name: add(channel, key, payload, now_ms)^
insert into inbox (channel, key, payload, received_at_ms)
values (:channel, :key, :payload, :now_ms)
on conflict do nothing
returning id, channel, key, payload, received_at_ms;

-- name: waiting(limit)
select id, channel, key, payload, received_at_ms from inbox where state = 'new' order by id limit :limit;

-- name: close(id, state, reason)!
update inbox set state = :state, reason = :reason where id = :id;

-- name: forget_closed(before_ms)!
delete from inbox where state in ('ignored') and received_at_ms < :before_ms;
