-- name: choices(conversation)^
select choices from conversations where key = :conversation;

-- name: save_choices(conversation, choices, now_ms)!
insert into conversations (key, choices, updated_at_ms) values (:conversation, :choices, :now_ms)
on conflict (key) do update
set choices = excluded.choices, updated_at_ms = excluded.updated_at_ms;
