-- What a call was expected to cost: counts as spent until the real cost is known.
alter table paid_calls add column estimate_micro_usd bigint not null default 0;
create index paid_calls_by_person on paid_calls (person, started_at_ms);

-- Of which budgets, in which periods, the owner was told that they run out. A period is named by
-- what it is and when it began.
create table budget_alarms (
  id integer primary key,
  scope text not null,
  period text not null,
  since_ms bigint not null,
  percent bigint not null,
  spent_micro_usd bigint not null,
  limit_micro_usd bigint not null,
  told bigint not null default 0,
  unique (scope, period, since_ms, percent)
);
create index budget_alarms_untold on budget_alarms (id) where told = 0;
