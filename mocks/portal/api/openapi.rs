//! The OpenAPI document of the portal, generated from its operations.
//!
//! The test hooks and the page of the portal are for those who run it, not for its clients: they are left out.
//!
//! # Source
//! OpenAPI 3.1.1; JSON Schema 2020-12, of which only what types of requests and answers need is used.

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::api::body::plain_json;
use crate::api::operation::{self, Answer, Content, Operation, Verb, Who};
use crate::api::{attachments, citizen, deliveries, desk, peers, petitions, registrar, search, sign_on};
use crate::behaviour::variants::document;
use crate::behaviour::variants::{Variant, Variants};
use crate::domain::problem::Kind;
use crate::state::portal::Portal;

/// The document as text. It is the same for every portal of this version, whatever it offers; what a variant changes
/// in it is in [`crate::behaviour::variants::document`].
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let text = serde_json::to_string_pretty(&document(&operations()));
    text.unwrap_or_else(|_| unreachable!("the document has string keys and integers only")) + "\n"
});

/// Any JSON object: the document describes itself no further.
struct Document;

impl JsonSchema for Document {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OpenApi".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": { "openapi": { "type": "string" }, "paths": { "type": "object" } },
            "required": ["openapi", "paths"],
            "additionalProperties": true
        })
    }
}

/// The OpenAPI 3.1 document of the portal, as JSON with line breaks and one at its end.
///
/// What stands under `/_test` and the portal's own page are not part of it.
#[must_use]
pub fn openapi() -> &'static str {
    &TEXT
}

/// The document of a portal with these permitted variants, in the same form; without a variant it is [`openapi`].
#[must_use]
pub fn openapi_under(variants: &[Variant]) -> String {
    written_under(Variants::new(variants))
}

fn written_under(variants: Variants) -> String {
    let usual: Value = serde_json::from_str(openapi()).unwrap_or_default();
    if variants.is_empty() { openapi().to_owned() } else { format!("{:#}\n", document::derived(&usual, variants)) }
}

/// All operations for people and peers, in the order of the document.
pub(crate) fn operations() -> Vec<Operation> {
    let own = operation::get("/openapi.json", serve)
        .named("readDocument", "Read this document", "Xem tài liệu này")
        .gives::<Document>(StatusCode::OK);
    let national = [desk::resync::operations(), peers::national_portal::operations(), sign_on::operations()];
    let national = national.into_iter().flatten().collect();
    let groups = [
        operation::tagged("citizen", citizen::dossiers::operations()),
        operation::tagged("applicant", citizen::drafts_and_results::operations()),
        operation::tagged("attachments", attachments::operations()),
        operation::tagged("search", search::operations()),
        operation::tagged("petitions", petitions::operations()),
        operation::tagged("desk", desk::dossiers::operations()),
        operation::tagged("officer", desk::casework::operations()),
        operation::tagged("deliveries", deliveries::operations()),
        operation::tagged("treasury", desk::treasury::operations()),
        operation::tagged("catalogue", registrar::operations()),
        operation::tagged("peers", peers::callbacks::operations()),
        operation::tagged("national", national),
        operation::tagged("document", vec![own]),
    ];
    groups.into_iter().flatten().collect()
}

/// The document that is true now.
async fn serve(State(portal): State<Arc<Portal>>) -> Response {
    let variants = portal.behaviour.variants();
    let is_usual = variants.is_empty();
    plain_json(if is_usual { Bytes::from_static(openapi().as_bytes()) } else { written_under(variants).into() })
}

fn document(operations: &[Operation]) -> Value {
    // Requests stand where they are used, so that a type that is both read and written has two descriptions.
    let mut requests = SchemaSettings::draft2020_12().for_deserialize().with(|settings| {
        settings.inline_subschemas = true;
    });
    requests.transforms.clear();
    let mut answers = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
    });
    answers.transforms.clear();
    let (requests, answers) = (requests.into_generator(), answers.into_generator());
    let mut writer = Writer { requests, answers, refusals: Map::new() };
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(operation.verb.name().to_owned(), writer.operation(operation));
        }
    }
    writer.answers.subschema_for::<crate::api::problem::Details<'_>>();
    let schemas = writer.answers.take_definitions(true);
    let mut document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Reference portal / Cổng dịch vụ công tham chiếu",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A public-service portal that follows the rules. Every refusal is a problem \
                (RFC 9457); its texts are Vietnamese where `Accept-Language` names `vi` first. Money is in whole dong, \
                instants are RFC 3339 with the offset of Vietnam.",
        },
        "servers": [{ "url": "/" }],
        "tags": tags(),
        "paths": paths,
        "components": { "schemas": schemas, "responses": writer.refusals, "securitySchemes": security_schemes() },
    });
    without_defaults(&mut document);
    document
}

fn tags() -> Value {
    json!([
        { "name": "citizen", "description": "Sign in, submit, pay, follow / Đăng nhập, nộp, thanh toán, theo dõi" },
        { "name": "applicant", "description": "Drafts, further papers, results / Bản nháp, bổ sung, kết quả" },
        { "name": "attachments", "description": "Files of a dossier / Tệp đính kèm" },
        { "name": "search", "description": "Histories, events, statistics / Lịch sử, sự kiện, thống kê" },
        { "name": "petitions", "description": "Petitions and answers / Phản ánh, kiến nghị" },
        { "name": "desk", "description": "From receipt to return / Tiếp nhận, xử lý, trả kết quả" },
        { "name": "officer", "description": "Further steps of a dossier / Nghiệp vụ khác của cán bộ" },
        { "name": "deliveries", "description": "Deliveries and pick-ups / Chuyển phát qua bưu chính" },
        { "name": "treasury", "description": "Exemptions, refunds, reconciliation / Miễn, hoàn, đối soát phí" },
        { "name": "catalogue", "description": "Procedures on offer / Danh mục thủ tục" },
        { "name": "peers", "description": "Reports of bank and post / Ngân hàng, bưu chính báo lại" },
        { "name": "national", "description": "The link to the national portal / Liên thông Cổng quốc gia" },
        { "name": "document", "description": "About this interface / Về giao diện này" },
    ])
}

fn security_schemes() -> Value {
    json!({
        "session": { "type": "http", "scheme": "bearer", "description": "The token of a session" },
        "post": { "type": "apiKey", "in": "header", "name": "access_token", "description": "The token of the post" },
        "hub": { "type": "apiKey", "in": "header", "name": "access_token", "description": "The token of the national portal" },
    })
}

/// Takes out what is assumed for absent fields: their not being required says so.
fn without_defaults(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.contains_key("type") || members.contains_key("anyOf") {
                members.remove("default");
            }
            members.values_mut().for_each(without_defaults);
        }
        Value::Array(items) => items.iter_mut().for_each(without_defaults),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What the schemas of requests and of answers are written with.
struct Writer {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
    /// Refusals, by status and stable words.
    refusals: Map<String, Value>,
}

impl Writer {
    fn operation(&mut self, operation: &Operation) -> Value {
        let mut written = json!({
            "operationId": operation.id,
            "tags": [operation.tag],
            "summary": format!("{} / {}", operation.english, operation.vietnamese),
            "description": who(operation.who),
            "security": security(operation.who),
            "parameters": self.parameters(operation),
        });
        if let Some(members) = written.as_object_mut() {
            if let Some(body) = self.body(operation.body) {
                members.insert("requestBody".to_owned(), body);
            }
            members.insert("responses".to_owned(), self.responses(operation).into());
        }
        written
    }

    fn parameters(&mut self, operation: &Operation) -> Vec<Value> {
        let named = |name: &str| json!({ "name": name, "in": "path", "required": true, "schema": in_path(name) });
        let mut all: Vec<Value> = operation.parameters().map(named).collect();
        if let Some(describe) = operation.query {
            all.extend(in_query(describe(&mut self.requests).as_value()));
        }
        if operation.verb == Verb::Post {
            all.push(header("Idempotency-Key", "A repeated request under the same key is carried out once"));
        }
        if operation.is_guarded() {
            all.push(header("If-Match", "One of these versions must be present, as in `ETag`"));
        }
        all
    }

    fn body(&mut self, content: Content) -> Option<Value> {
        // An empty body is an empty object, which may well lack what is needed; it is never a file.
        let is_required = matches!(content, Content::JsonOrForm(_));
        let content = match content {
            Content::Nothing | Content::File(_) => return None,
            Content::Json(describe) => json!({ "application/json": { "schema": describe(&mut self.requests) } }),
            Content::JsonOrForm(describe) => json!({
                "application/json": { "schema": describe(&mut self.requests) },
                "multipart/form-data": { "schema": {
                    "type": "object",
                    "properties": { "file": { "type": "string", "format": "binary" } },
                    "required": ["file"],
                } },
            }),
        };
        Some(json!({ "required": is_required, "content": content }))
    }

    fn responses(&mut self, operation: &Operation) -> Map<String, Value> {
        let successes = operation.answers.iter().map(|answer| (code(answer.status), self.success(*answer)));
        let mut responses: Map<String, Value> = successes.collect();
        // Where a status is a success of the protocol as well, as for a report on an unknown parcel, the success is described.
        for chunk in operation.refusals().chunk_by(|one, other| one.status() == other.status()) {
            let Some(status) = chunk.first().map(|kind| kind.status()) else { continue };
            let name = self.refusal(status, chunk);
            let refusal = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.entry(code(status)).or_insert(refusal);
        }
        responses
    }

    /// Describes these kinds of one status once; returns the name of the description.
    fn refusal(&mut self, status: StatusCode, kinds: &[Kind]) -> String {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.code()).collect();
        let name = format!("{}.{}", code(status), words.join("."));
        let schema = json!({
            "allOf": [{ "$ref": "#/components/schemas/Problem" }],
            "properties": { "error_code": { "enum": words } },
        });
        let content = json!({ mock_ground::PROBLEM_JSON: { "schema": schema } });
        let refusal = json!({ "description": format!("Refused: {}", words.join(", ")), "content": content });
        self.refusals.insert(name.clone(), refusal);
        name
    }

    fn success(&mut self, answer: Answer) -> Value {
        let content = match answer.content {
            Content::Nothing => json!({}),
            Content::Json(describe) | Content::JsonOrForm(describe) => {
                json!({ "application/json": { "schema": describe(&mut self.answers) } })
            }
            Content::File(types) => types.iter().map(|content_type| ((*content_type).to_owned(), json!({}))).collect(),
        };
        let mut response = json!({ "description": answer.status.canonical_reason(), "content": content });
        if let Some(members) = response.as_object_mut() {
            if let Some(name) = answer.header {
                let headers = json!({ name: { "required": true, "schema": { "type": "string" } } });
                members.insert("headers".to_owned(), headers);
            }
            if matches!(answer.content, Content::Nothing) {
                members.remove("content");
            }
        }
        response
    }
}

fn code(status: StatusCode) -> String {
    status.as_u16().to_string()
}

fn who(who: Who) -> &'static str {
    match who {
        Who::Anybody => "Any client / Mọi người",
        Who::Citizen => "Citizens, on what is theirs / Công dân, với hồ sơ của mình",
        Who::SignedIn => "Citizens, on what is theirs, and clerks / Công dân với hồ sơ của mình, và cán bộ",
        Who::Clerk => "Clerks / Cán bộ",
        Who::DeskClerk => "Clerks at a desk / Cán bộ một cửa",
        Who::PostClerk => "Clerks at the post counter / Cán bộ quầy bưu chính",
        Who::Registrar => "Registrars / Cán bộ quản trị danh mục",
        Who::Bank => "The payment platform, which signs its reports / Nền tảng thanh toán",
        Who::Post => "The postal operator / Bưu chính",
        Who::Hub => "The national portal / Cổng dịch vụ công quốc gia",
    }
}

fn security(who: Who) -> Value {
    match who {
        Who::Anybody | Who::Bank => json!([]),
        Who::Post => json!([{ "post": [] }]),
        Who::Hub => json!([{ "hub": [] }]),
        Who::Citizen | Who::SignedIn | Who::Clerk | Who::DeskClerk | Who::PostClerk | Who::Registrar => {
            json!([{ "session": [] }])
        }
    }
}

fn in_path(name: &str) -> Value {
    match name {
        "id" | "number" => json!({ "type": "integer", "minimum": 0 }),
        _ => json!({ "type": "string" }),
    }
}

/// One parameter for each member of a description. What is absent is not asked about; there is no null in a query.
fn in_query(schema: &Value) -> Vec<Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        if let Some(said) = schema.get_mut("type")
            && let Some([only, Value::String(null)]) = said.as_array().map(Vec::as_slice)
            && null == "null"
        {
            *said = only.clone();
        }
        json!({ "name": name, "in": "query", "required": is_required(name), "schema": schema })
    };
    members.map(parameter).collect()
}

fn header(name: &str, description: &str) -> Value {
    let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
    json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_file_beside_the_code_is_what_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        let remedy = "regenerate it: cargo run -- mock portal --openapi > mocks/portal/openapi.json";
        assert!(kept == openapi(), "mocks/portal/openapi.json differs from the code; {remedy}");
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_says_what_it_is() {
        let mut names = BTreeSet::new();
        for operation in operations() {
            assert!(names.insert(operation.id), "{} {}", operation.path, operation.id);
            assert!(!operation.english.is_empty() && !operation.vietnamese.is_empty(), "{}", operation.id);
            assert!(!operation.answers.is_empty() && !operation.tag.is_empty(), "{}", operation.id);
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_nothing_is_there_for_nothing() {
        let document: Value = serde_json::from_str(openapi()).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let used: BTreeSet<&str> =
            openapi().split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(used, schemas.keys().map(String::as_str).collect());
        let is_numbered = |name: &&&str| name.ends_with(|letter: char| letter.is_ascii_digit());
        assert_eq!(used.iter().find(is_numbered), None, "two types have one name");
    }

    #[test]
    fn nobody_needs_the_test_hooks_to_use_the_portal() {
        assert!(operations().iter().all(|operation| !operation.path.starts_with("/_test")));
    }
}
