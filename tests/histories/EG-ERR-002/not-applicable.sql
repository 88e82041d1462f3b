-- The adapter declares that this portal reports failures in an envelope.
-- expect: not_applicable
insert into capabilities values ('legacy_envelope'), ('progress');
insert into dossier (case_id) values
    (7);
insert into exchange (exchange_id, case_id, actor, operation, outcome) values
    (1, 7, null, 'submit', null),
    (2, 7, 'clerk:H18.1/1', 'start', 'refused');
insert into observation (exchange_id, dossier_code, state, error_code) values
    (1, 'H18-210301-0007', 'submitted', null),
    (2, null, null, 'illegal_transition');
update observations set case_id = null where exchange_id = 2;
