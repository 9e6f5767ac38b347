-- name: open(id, inbox_id, conversation, person, now_ms)^
insert into turns (id, inbox_id, conversation, person, started_at_ms)
values (:id, :inbox_id, :conversation, :person, :now_ms)
on conflict (id) do update set person = excluded.person
returning id, inbox_id, conversation, person, state, heard, answer;

-- name: save_heard(id, heard)!
update turns set heard = :heard where id = :id;

-- name: save_answer(id, answer)!
update turns set answer = :answer where id = :id;

-- name: settle(id, state, trace, now_ms)!
update turns set state = :state, trace = :trace, finished_at_ms = :now_ms where id = :id;

-- name: forget(id)!
delete from turns where id = :id;

-- name: last_trace(conversation)^
-- What jobs told the model between turns has no trace.
select id, state, trace from turns
where conversation = :conversation and state <> 'open' and trace <> '[]'
order by started_at_ms desc, id desc limit 1;

-- name: last_conversed(conversation)^
-- Commands and strangers are answered at the door, before the turn is admitted.
select id, state, trace from turns
where conversation = :conversation and state <> 'open' and trace like '%"admitted"%'
order by started_at_ms desc, id desc limit 1;

-- name: add_transcript(turn_id, part, heard, language, model)!
insert into transcripts (turn_id, part, heard, language, model)
values (:turn_id, :part, :heard, :language, :model)
on conflict (turn_id, part) do nothing;

-- name: transcript(turn_id, part)^
select heard, language, model from transcripts where turn_id = :turn_id and part = :part;

-- name: settled_since(since_ms)
select turns.id, turns.conversation, turns.state, turns.trace, turns.finished_at_ms, inbox.payload
from turns join inbox on inbox.id = turns.inbox_id
where turns.finished_at_ms >= :since_ms order by turns.finished_at_ms, turns.id;

-- name: count_open()^
select count(*) as turns from turns where state = 'open';
