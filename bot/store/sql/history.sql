-- name: add(conversation, turn_id, position, message, now_ms)!
insert into messages (conversation, turn_id, position, message, at_ms)
values (:conversation, :turn_id, :position, :message, :now_ms)
on conflict (turn_id, position) do nothing;

-- name: of_turn(turn_id)
select message from messages where turn_id = :turn_id order by position;

-- name: recent(conversation, turn_id, limit)
-- The marks stand in subqueries: so the index skips what is before them, however much that is.
select m.id, m.turn_id, m.message from messages m
cross join turns t on t.id = m.turn_id
where m.conversation = :conversation and m.turn_id <> :turn_id and t.state <> 'open'
  and m.id > coalesce((select starts_after_message from conversations where key = :conversation), 0)
  and m.id > coalesce((select upto_message from summaries where conversation = :conversation), 0)
order by m.id desc limit :limit;

-- name: size(conversation, limit)^
select count(*) as messages, coalesce(sum(length(message)), 0) as chars from (
  select message from messages
  where conversation = :conversation
    and id > coalesce(
      (select starts_after_message from conversations where key = :conversation), 0)
    and id > coalesce(
      (select upto_message from summaries where conversation = :conversation), 0)
  order by id desc limit :limit);

-- name: last_active(conversation)^
-- Notes of jobs are nobody's and keep no history alive.
select m.at_ms from messages m
cross join turns t on t.id = m.turn_id
where m.conversation = :conversation and t.person <> ''
  and m.id > coalesce((select starts_after_message from conversations where key = :conversation), 0)
order by m.id desc limit 1;

-- name: session_of(turn_id)^
select conversation from messages where turn_id = :turn_id order by position limit 1;

-- name: summary(conversation)^
select text from summaries where conversation = :conversation;

-- name: save_summary(conversation, upto, turn_id, text, now_ms)!
-- Not when it was forgotten, or begun afresh, while the summary was made.
insert into summaries (conversation, upto_message, text, at_ms)
select m.conversation, m.id, :text, :now_ms from messages m
where m.id = :upto and m.conversation = :conversation and m.turn_id = :turn_id
  and m.id > coalesce((select starts_after_message from conversations where key = :conversation), 0)
on conflict (conversation) do update
set upto_message = excluded.upto_message, text = excluded.text, at_ms = excluded.at_ms;

-- name: drop_summary(conversation)!
delete from summaries where conversation = :conversation;

-- name: start_afresh(conversation, now_ms)!
insert into conversations (key, starts_after_message, updated_at_ms)
values (:conversation,
        (select coalesce(max(id), 0) from messages where conversation = :conversation), :now_ms)
on conflict (key) do update
set starts_after_message = excluded.starts_after_message, updated_at_ms = excluded.updated_at_ms;

-- name: voice_refused(chat)^
select voice_refused_at_ms from conversations where key = :chat;

-- name: save_refusal(chat, at_ms, now_ms)!
insert into conversations (key, voice_refused_at_ms, updated_at_ms)
values (:chat, :at_ms, :now_ms)
on conflict (key) do update
set voice_refused_at_ms = excluded.voice_refused_at_ms, updated_at_ms = excluded.updated_at_ms;

-- name: note_entry(key, now_ms)!
insert into inbox (channel, key, payload, state, received_at_ms)
values ('parley', :key, '{}', 'done', :now_ms) on conflict do nothing;

-- name: note_turn(id, key, conversation, now_ms)!
insert into turns (id, inbox_id, conversation, person, state, started_at_ms, finished_at_ms)
select :id, inbox.id, :conversation, '', 'done', :now_ms, :now_ms from inbox
where inbox.channel = 'parley' and inbox.key = :key
on conflict do nothing;

-- name: spoken_again(conversation)^
select spoken_again from conversations where key = :conversation;

-- name: save_spoken_again(conversation, spoken_again, now_ms)!
insert into conversations (key, spoken_again, updated_at_ms)
values (:conversation, :spoken_again, :now_ms)
on conflict (key) do update
set spoken_again = excluded.spoken_again, updated_at_ms = excluded.updated_at_ms;
