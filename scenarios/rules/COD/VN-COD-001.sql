-- ---
-- id: VN-COD-001
-- rev: 1
-- title: A dossier number has the prescribed form
-- title_vi: Mã hồ sơ đúng cấu trúc quy định
-- level: MUST
-- maturity: candidate
-- oracle: single_exchange
-- needs: [submit, dossier_code_pattern]
-- basis:
--   - {source: "public code of a provincial portal", text: "{unit id}-{yymmdd}-{daily sequence of four digits}", verified: false}
-- why: >-
--   Other systems (national portal, post, text message look-up) cut and sort dossier numbers by their parts; one of
--   another form is not found there.
-- reasons: [vacuous, unmapped, undecided]
-- kills: [portal:pad-loss]
-- expected: "the dossier number {subject} matches {pattern} from its first sign to its last"
-- observed: "it does not"
-- ---
-- Each dossier number the portal ever showed. The pattern is the adapter's, kept with the run.
select c.dossier_code as subject, c.dossier_code regexp '^(?:' || p.value || ')$' as ok, c.first_case as case_id,
       c.exchange_id, p.value as pattern
from codes c
left join run p on p.name = 'dossier_code_pattern'
