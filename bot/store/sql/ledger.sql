-- name: intend(turn_id, conversation, person, kind, model, estimate_micro_usd, now_ms)^
insert into paid_calls
  (turn_id, conversation, person, kind, model, estimate_micro_usd, started_at_ms)
values (:turn_id, :conversation, :person, :kind, :model, :estimate_micro_usd, :now_ms)
returning id;

-- name: close(id, state, model, cost_micro_usd, generation_id, now_ms)!
update paid_calls
set state = :state, model = :model, cost_micro_usd = :cost_micro_usd,
    generation_id = :generation_id, finished_at_ms = :now_ms
where id = :id;

-- name: doubt_unfinished(now_ms)!
update paid_calls set state = 'maybe_paid', finished_at_ms = :now_ms where state = 'intent';

-- name: spent(conversation, since_ms)^
select count(*) as calls, coalesce(sum(cost_micro_usd), 0) as cost_micro_usd,
  count(*) - count(cost_micro_usd) as unpriced
from paid_calls
where conversation = :conversation and started_at_ms >= :since_ms
  and state in ('done', 'maybe_paid');

-- name: of_turn(turn_id)
select kind, model, state, cost_micro_usd, started_at_ms, finished_at_ms
from paid_calls where turn_id = :turn_id order by id;

-- name: unpriced(since_ms, limit)
select generation_id from paid_calls
where state = 'done' and cost_micro_usd is null and generation_id <> ''
  and started_at_ms >= :since_ms
order by id desc limit :limit;

-- name: price(generation_id, cost_micro_usd)!
update paid_calls set cost_micro_usd = :cost_micro_usd
where generation_id = :generation_id and cost_micro_usd is null;

-- name: spent_by_day(since_ms, day_ms)
select started_at_ms / :day_ms as day, count(*) as calls,
  coalesce(sum(cost_micro_usd), 0) as cost_micro_usd, count(*) - count(cost_micro_usd) as unpriced
from paid_calls
where started_at_ms >= :since_ms and state in ('done', 'maybe_paid')
group by 1 order by 1 desc;

-- name: settle_cost(id, cost_micro_usd, generation_id)!
update paid_calls set cost_micro_usd = :cost_micro_usd,
  generation_id = case when :generation_id = '' then generation_id else :generation_id end
where id = :id;

-- name: spent_by_kind(since_ms, until_ms)
select kind, coalesce(sum(cost_micro_usd), 0) as cost_micro_usd
from paid_calls
where started_at_ms >= :since_ms and started_at_ms < :until_ms
group by kind;
