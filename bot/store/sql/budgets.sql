-- name: of_all(since_ms)^
select
  coalesce(sum(case when state in ('done', 'maybe_paid')
    then coalesce(cost_micro_usd, estimate_micro_usd) end), 0) as spent_micro_usd,
  coalesce(sum(case when state = 'intent' then estimate_micro_usd end), 0) as open_micro_usd
from paid_calls where started_at_ms >= :since_ms;

-- name: of_person(person, since_ms)^
select
  coalesce(sum(case when state in ('done', 'maybe_paid')
    then coalesce(cost_micro_usd, estimate_micro_usd) end), 0) as spent_micro_usd,
  coalesce(sum(case when state = 'intent' then estimate_micro_usd end), 0) as open_micro_usd
from paid_calls where person = :person and started_at_ms >= :since_ms;

-- name: of_conversations(first, last, since_ms)^
select
  coalesce(sum(case when state in ('done', 'maybe_paid')
    then coalesce(cost_micro_usd, estimate_micro_usd) end), 0) as spent_micro_usd,
  coalesce(sum(case when state = 'intent' then estimate_micro_usd end), 0) as open_micro_usd
from paid_calls
where conversation >= :first and conversation <= :last and started_at_ms >= :since_ms;

-- name: seen(since_ms)
select distinct conversation, person from paid_calls
where started_at_ms >= :since_ms and state <> 'failed';

-- name: by_person(since_ms)
select person as name, count(*) as calls,
  coalesce(sum(coalesce(cost_micro_usd, estimate_micro_usd)), 0) as cost_micro_usd
from paid_calls
where started_at_ms >= :since_ms and state in ('done', 'maybe_paid')
group by person order by 3 desc, 1 limit 20;

-- name: by_kind(since_ms)
select kind as name, count(*) as calls,
  coalesce(sum(coalesce(cost_micro_usd, estimate_micro_usd)), 0) as cost_micro_usd
from paid_calls
where started_at_ms >= :since_ms and state in ('done', 'maybe_paid')
group by kind order by 3 desc, 1;

-- name: raise_alarm(scope, period, since_ms, percent, spent_micro_usd, limit_micro_usd, told)!
insert into budget_alarms
  (scope, period, since_ms, percent, spent_micro_usd, limit_micro_usd, told)
values (:scope, :period, :since_ms, :percent, :spent_micro_usd, :limit_micro_usd, :told)
on conflict (scope, period, since_ms, percent) do nothing;

-- name: untold()
select id, scope, period, since_ms, percent, spent_micro_usd, limit_micro_usd
from budget_alarms where told = 0 order by id;

-- name: told(id)!
update budget_alarms set told = 1 where id = :id;
