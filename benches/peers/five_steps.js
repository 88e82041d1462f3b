// The five-step journey for k6: closed loop, one journey after the other for each virtual user.
import http from 'k6/http';
import { Counter } from 'k6/metrics';

const wrong = new Counter('wrong');
const site = `http://127.0.0.1:${__ENV.PORT}/api/dossiers`;
const json = { headers: { 'Content-Type': 'application/json' } };
const people = JSON.parse(open('./people.json'));

export const options = { vus: Number(__ENV.USERS), duration: `${__ENV.SECONDS}s`, discardResponseBodies: false };

function step(response, state) {
  const body = response.status < 300 ? response.json() : {};
  if (body.state !== state) wrong.add(1);
  return body;
}

export default function () {
  const who = people[Math.floor(Math.random() * people.length)];
  const { code } = step(http.post(site, JSON.stringify(who.form), json), 'SUBMITTED');
  const order = JSON.stringify({ channel: 'online', phone: who.phone });
  const { reference } = step(http.post(`${site}/${code}/payments`, order, json), 'AWAITING_PAYMENT');
  const proof = JSON.stringify({ reference, code: who.citizen_number.slice(-6) });
  step(http.post(`${site}/${code}/payments/confirmation`, proof, json), 'ACCEPTED');
  const parcel = JSON.stringify({ to: who.name, address: who.address, phone: who.phone });
  step(http.post(`${site}/${code}/postal-return`, parcel, json), 'IN_PROCESS');
  step(http.get(`${site}/${code}`), 'COMPLETED');
}

export function handleSummary({ metrics }) {
  return { stdout: `wrong ${metrics.wrong ? metrics.wrong.values.count : 0}\n` };
}
