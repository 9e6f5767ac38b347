-- name: expire(now_ms)!
delete from pairings where expires_at_ms <= :now_ms;

-- name: of_person(channel, person)^
select * from pairings where channel = :channel and person = :person;

-- name: count_waiting(channel)^
select count(*) as waiting from pairings where channel = :channel and state = 'waiting';

-- name: add(channel, person, code, name, conversation, message_id, now_ms, expires_at_ms)^
insert into pairings
  (channel, person, code, name, conversation, message_id, asked_at_ms, expires_at_ms)
values (:channel, :person, :code, :name, :conversation, :message_id, :now_ms, :expires_at_ms)
returning *;

-- name: waiting(channel, now_ms)
select * from pairings
where channel = :channel and state = 'waiting' and expires_at_ms > :now_ms
order by asked_at_ms, person;

-- name: waiting_anywhere(now_ms)
select * from pairings where state = 'waiting' and expires_at_ms > :now_ms
order by asked_at_ms, person;

-- name: take(channel, code, now_ms)^
delete from pairings
where channel = :channel and code = :code and state = 'waiting' and expires_at_ms > :now_ms
returning *;

-- name: deny(channel, code, now_ms, until_ms)^
update pairings set state = 'denied', expires_at_ms = :until_ms
where channel = :channel and code = :code and state = 'waiting' and expires_at_ms > :now_ms
returning *;

-- name: pair(channel, person, name, now_ms)!
insert into paired (channel, person, name, paired_at_ms)
values (:channel, :person, :name, :now_ms)
on conflict (channel, person) do update set name = excluded.name;

-- name: forget(channel, person)^
delete from paired where channel = :channel and person = :person returning *;

-- name: paired()
select * from paired order by channel, paired_at_ms, person;
