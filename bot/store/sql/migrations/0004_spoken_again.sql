-- Which answer was spoken again on request, and by which message: never twice for the same one.
alter table conversations add column spoken_again text not null default '';
