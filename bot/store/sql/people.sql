-- name: role(channel, person)^
select role from people where channel = :channel and person = :person;

-- name: owner_exists(channel)^
select 1 as found from people where channel = :channel and role = 'owner' limit 1;

-- name: every_owner()
select channel, person from people where role = 'owner' order by channel, person;

-- name: standing(channel, person)^
select
  exists (
    select 1 from people where channel = :channel and person = :person and role = 'owner'
  ) as owner,
  exists (select 1 from paired where channel = :channel and person = :person) as paired;

-- name: owners(channel)
select person from people where channel = :channel and role = 'owner' order by person;

-- name: make_owner(channel, person)!
insert into people (channel, person, role) values (:channel, :person, 'owner')
on conflict (channel, person) do update set role = 'owner';

-- name: tell(channel, person, now_ms, not_since_ms)^
insert into people (channel, person, told_at_ms) values (:channel, :person, :now_ms)
on conflict (channel, person) do update set told_at_ms = excluded.told_at_ms
where people.told_at_ms < :not_since_ms
returning person;

-- name: invite(code_hash, expires_at_ms)!
insert into invitations (code_hash, expires_at_ms) values (:code_hash, :expires_at_ms);

-- name: withdraw_invitations()!
delete from invitations where used_by is null;

-- name: redeem(code_hash, person, now_ms)^
update invitations set used_by = :person
where code_hash = :code_hash and used_by is null and expires_at_ms > :now_ms
returning code_hash;
