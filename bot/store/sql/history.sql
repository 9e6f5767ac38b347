-- name: add(conversation, turn_id, position, message, now_ms)!
insert into messages (conversation, turn_id, position, message, at_ms)
values (:conversation, :turn_id, :position, :message, :now_ms)
on conflict (turn_id, position) do nothing;

-- name: of_turn(turn_id)
select message from messages where turn_id = :turn_id order by position;

-- name: recent(conversation, turn_id, limit)
select m.id, m.turn_id, m.message from messages m
join turns t on t.id = m.turn_id
left join conversations c on c.key = m.conversation
where m.conversation = :conversation and m.turn_id <> :turn_id and t.state <> 'open'
  and m.id > coalesce(c.starts_after_message, 0)
order by m.id desc limit :limit;

-- name: start_afresh(conversation, now_ms)!
insert into conversations (key, starts_after_message, updated_at_ms)
values (:conversation,
        (select coalesce(max(id), 0) from messages where conversation = :conversation), :now_ms)
on conflict (key) do update
set starts_after_message = excluded.starts_after_message, updated_at_ms = excluded.updated_at_ms;

-- name: refuses_voice(conversation)^
select refuses_voice from conversations where key = :conversation;

-- name: remember_refusal(conversation, now_ms)!
insert into conversations (key, refuses_voice, updated_at_ms) values (:conversation, 1, :now_ms)
on conflict (key) do update set refuses_voice = 1, updated_at_ms = excluded.updated_at_ms;
