-- name: keep(conversation, reason, person, at_ms)!
insert into drops (conversation, reason, person, at_ms)
values (:conversation, :reason, :person, :at_ms)
on conflict (conversation) do update
set reason = excluded.reason, person = excluded.person, at_ms = excluded.at_ms;

-- name: trim(kept)!
delete from drops where conversation in (
  select conversation from drops order by at_ms desc limit -1 offset :kept
);

-- name: last(conversation)^
select * from drops where conversation = :conversation;

-- name: newest(prefix, most)
select * from drops where substr(conversation, 1, length(:prefix)) = :prefix
order by at_ms desc limit :most;

-- name: hint(channel, chat_id, now_ms, not_since_ms)^
insert into hints (channel, chat_id, hinted_at_ms) values (:channel, :chat_id, :now_ms)
on conflict (channel, chat_id) do update set hinted_at_ms = excluded.hinted_at_ms
where hints.hinted_at_ms <= :not_since_ms
returning chat_id;

-- name: forget_hints(before_ms)!
delete from hints where hinted_at_ms <= :before_ms;

-- name: count_hints(channel)^
select count(*) as hinted from hints where channel = :channel;
