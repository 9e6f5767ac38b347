-- name: post(conversation, markdown, buttons, now_ms)!
insert into notices (conversation, markdown, buttons, due_at_ms, created_at_ms)
values (:conversation, :markdown, :buttons, :now_ms, :now_ms);

-- name: due(now_ms)
select * from notices where due_at_ms <= :now_ms order by id limit 20;

-- name: put_off(id, due_at_ms)!
update notices set due_at_ms = :due_at_ms, tries = tries + 1 where id = :id;

-- name: remove(id)!
delete from notices where id = :id;
