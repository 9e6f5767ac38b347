-- name: open(call_key, conversation, person, turn_id, answers, kind, fingerprint, request, now_ms)^
insert into jobs (call_key, conversation, person, turn_id, answers, kind, fingerprint, request,
                  created_at_ms)
values (:call_key, :conversation, :person, :turn_id, :answers, :kind, :fingerprint, :request,
        :now_ms)
on conflict (call_key) do nothing
returning *;

-- name: by_call(call_key)^
select * from jobs where call_key = :call_key;

-- name: get(id)^
select * from jobs where id = :id;

-- name: open_jobs()
select * from jobs where told = 0 order by id;

-- name: running(conversation)
select * from jobs
where conversation = :conversation and told = 0
  and state in ('queued', 'asking', 'polling', 'made')
order by id;

-- name: recent(conversation, limit)
select * from jobs where conversation = :conversation order by id desc limit :limit;

-- name: all_recent(limit)
select * from jobs where conversation <> '' order by id desc limit :limit;

-- name: ask(id, paid_call, now_ms)!
update jobs set state = 'asking', paid_call = :paid_call, asked_at_ms = :now_ms
where id = :id;

-- name: keep_ticket(id, ticket)!
update jobs set state = 'polling', ticket = :ticket where id = :id;

-- name: made(id, result, cost_micro_usd)!
update jobs set state = 'made', result = :result,
  cost_micro_usd = coalesce(:cost_micro_usd, cost_micro_usd)
where id = :id;

-- name: finish(id, state, sentence, cost_micro_usd, result, now_ms)!
update jobs set state = :state, sentence = :sentence, finished_at_ms = :now_ms,
  cost_micro_usd = coalesce(:cost_micro_usd, cost_micro_usd), result = coalesce(:result, result)
where id = :id;

-- name: told(id)!
update jobs set told = 1 where id = :id;

-- name: delivered(id, now_ms)!
update jobs set state = 'delivered', told = 1, finished_at_ms = :now_ms where id = :id;

-- name: want_cancel(id)!
update jobs set cancel_wanted = 1 where id = :id and told = 0;

-- name: again(id, state)!
update jobs set state = :state, told = 0, cancel_wanted = 0, sentence = '', tries = tries + 1, finished_at_ms = null,
  asked_at_ms = case when :state = 'queued' then null else asked_at_ms end,
  ticket = case when :state = 'queued' then '' else ticket end
where id = :id and told = 1 and state in ('failed', 'doubtful', 'cancelled', 'made');

-- name: census()
select kind, state, count(*) as jobs from jobs where conversation <> '' group by kind, state;
