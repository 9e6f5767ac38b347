-- name: find(channel, unique_id, asked, hint)^
-- What was heard with another hint serves too, unless this one names another language.
select heard, language, duration_ms from heard_files
where channel = :channel and unique_id = :unique_id and asked = :asked
  and (hint = :hint or (heard <> '' and (:hint = '' or language in ('', :hint))))
order by hint = :hint desc, at_ms desc limit 1;

-- name: save(channel, unique_id, asked, hint, heard, language, duration_ms, now_ms)!
insert into heard_files (channel, unique_id, asked, hint, heard, language, duration_ms, at_ms)
values (:channel, :unique_id, :asked, :hint, :heard, :language, :duration_ms, :now_ms)
on conflict (channel, unique_id, asked, hint) do update set
  heard = excluded.heard, language = excluded.language, duration_ms = excluded.duration_ms,
  at_ms = excluded.at_ms;

-- name: count_before(at_ms)^
select count(*) as files from heard_files where at_ms < :at_ms;

-- name: remove_before(at_ms)!
delete from heard_files where at_ms < :at_ms;
