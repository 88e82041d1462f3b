"""The five-step journey for Locust: closed loop, one journey after the other for each user."""

import json
import os
import random

from locust import FastHttpUser, events, task

FOLDER = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(FOLDER, "people.json"), encoding="utf-8") as file:
    PEOPLE = json.load(file)
wrong = 0


class Citizen(FastHttpUser):
    host = f"http://127.0.0.1:{os.environ['PORT']}"

    @task
    def journey(self):
        who = random.choice(PEOPLE)
        code = self.step("submit", "SUBMITTED", "/api/dossiers", who["form"]).get("code")
        dossier = f"/api/dossiers/{code}"
        order = self.step("pay", "AWAITING_PAYMENT", f"{dossier}/payments", {"channel": "online", "phone": who["phone"]})
        proof = {"reference": order.get("reference"), "code": who["citizen_number"][-6:]}
        self.step("confirm", "ACCEPTED", f"{dossier}/payments/confirmation", proof)
        parcel = {"to": who["name"], "address": who["address"], "phone": who["phone"]}
        self.step("post", "IN_PROCESS", f"{dossier}/postal-return", parcel)
        self.step("track", "COMPLETED", dossier, None)

    def step(self, name, state, path, body):
        global wrong
        with self.client.request("POST" if body else "GET", path, name=name, json=body, catch_response=True) as answer:
            shown = answer.json() if answer.status_code and answer.status_code < 300 else {}
            if shown.get("state") != state:
                wrong += 1
            return shown


@events.quitting.add_listener
def tell(**_):
    print(f"wrong {wrong}")
