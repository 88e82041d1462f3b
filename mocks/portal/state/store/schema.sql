-- The store of a reference portal: everything it has to know again after a restart, and nothing that follows from that.
-- A row is a thing. `body` is JSON: ask it with `body ->> '$.payment.state'`. Read it while the portal runs; write it never.
-- Moments are the portal's business time in Vietnam; columns that end in _ns are wall time, in nanoseconds since 1970.

-- Numbers that go on: how many there were of something, and how many dossiers are in each state ("state SUBMITTED").
create table counters (name text primary key, value integer not null) without rowid;

-- The business clock: the latest moment it was, and the latest it has shown (another one only where it is off); how fast
-- it runs and where it stops, once a tester has set it.
create table clock (id integer primary key check (id = 1), latest text not null, shown text not null, speed real, until text);

-- Every version of every procedure; the last one is on offer.
create table procedures (
    code text not null, version integer not null, body text not null,
    primary key (code, version)
) without rowid;

-- Dossiers, in the order in which they came in, from 0; with their payment, parcel and log.
create table dossiers (
    id integer primary key, body text not null,
    code text as (body ->> '$.code'), state text as (body ->> '$.state'), unit text as (body ->> '$.unit'),
    procedure text as (body ->> '$.procedure'), due_at text as (body ->> '$.due_at')
);

-- Everything that happened to dossiers, in order, from 1: the place of its entry in the dossier's log, from 0.
create table events (number integer primary key, dossier integer not null, entry integer not null);

-- Files that came with a dossier, numbered from 1 within it.
create table attachments (
    dossier integer not null, number integer not null, name text not null, content_type text not null,
    sha256 text not null, attached_at text not null, content blob not null,
    primary key (dossier, number)
);

-- The units that have received something or looked into their inbox: how many have left the front of that line.
create table units (code text primary key, served integer not null) without rowid;

-- The last number that a unit has given out on a day.
create table numbers (unit text not null, day text not null, last integer not null, primary key (unit, day)) without rowid;

-- Bags of papers between the centre and the departments, numbered from 1.
create table bags (number integer primary key, body text not null, state text as (body ->> '$.state'));

-- What citizens have begun to fill in, as they sent it.
create table drafts (id integer primary key, owner integer not null, saved_at text not null, fields text not null);

-- What citizens complain of or propose, numbered from 1.
create table petitions (number integer primary key, owner integer not null, body text not null, state text as (body ->> '$.state'));

-- Who has signed in: a citizen or a clerk; neither, once that was ended. The place is that in the ring of sessions.
create table sessions (
    place integer primary key, number integer not null, citizen integer, clerk text, opened_ns integer not null
);

-- The one-time code that each citizen was sent last.
create table one_time_codes (citizen integer primary key, body text not null);

-- How far a dossier is synced with the national portal, and why the last message was refused.
create table sync_states (
    dossier integer primary key, body text not null, reason text,
    state text as (body ->> '$.state'), synced integer as (body ->> '$.synced')
);

-- Up to where dossiers that citizens entered at the national portal were fetched.
create table fetched (id integer primary key check (id = 1), last text not null);

-- Answers that are given again to a request under the same key. The key and what was asked are SHA-256.
create table kept_answers (
    key blob primary key, serial integer not null, request blob not null, status integer not null, content_type text,
    body blob not null
) without rowid;
