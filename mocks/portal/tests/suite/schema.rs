//! A validator of the part of JSON Schema 2020-12 that the portal's document uses. It knows no other keyword and
//! panics at one, and it is stricter than the standard: a member that is not described is wrong.

use serde_json::{Map, Value};

/// The keywords that say nothing about a value, or (format) nothing that a reader relies on.
const REMARKS: [&str; 4] = ["description", "title", "default", "format"];

/// A document, with which the references in its schemas are followed.
pub(crate) struct Validator<'document>(pub(crate) &'document Value);

impl Validator<'_> {
    /// Everything in which a value differs from a schema, each with its place; nothing if it conforms.
    pub(crate) fn check(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        self.members(schema, value, at, &mut wrong);
        let known = self.described(schema);
        for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
            if !known.is_empty() && !known.contains(name) {
                wrong.push(format!("{at}.{name} is not described"));
            }
        }
        wrong
    }

    fn members(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let Some(keywords) = schema.as_object() else {
            assert_eq!(schema, &Value::Bool(true), "no schema: {schema}");
            return;
        };
        for (keyword, rule) in keywords {
            let holds = match keyword.as_str() {
                "$ref" => {
                    self.members(self.follow(rule.as_str().unwrap()), value, at, wrong);
                    true
                }
                "type" => is_of_type(rule, value),
                "enum" => rule.as_array().unwrap().contains(value),
                "const" => rule == value,
                "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
                "required" => {
                    let names = rule.as_array().unwrap();
                    value
                        .as_object()
                        .is_none_or(|has| names.iter().all(|name| has.contains_key(name.as_str().unwrap())))
                }
                "properties" => self.properties(rule.as_object().unwrap(), value, at, wrong),
                "additionalProperties" => self.others(keywords, rule, value, at),
                "items" => {
                    let items = value.as_array().into_iter().flatten().enumerate();
                    wrong.extend(items.flat_map(|(i, item)| self.check(rule, item, &format!("{at}[{i}]"))));
                    true
                }
                "allOf" => {
                    rule.as_array().unwrap().iter().for_each(|one| self.members(one, value, at, wrong));
                    true
                }
                "anyOf" => self.matching(rule, value, at) >= 1,
                "oneOf" => self.matching(rule, value, at) == 1,
                remark if REMARKS.contains(&remark) => true,
                unknown => panic!("the validator does not know {unknown}"),
            };
            if !holds {
                wrong.push(format!("{at} is {value}, against {keyword} {rule}"));
            }
        }
    }

    fn follow(&self, reference: &str) -> &Value {
        let found = reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
        found.unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    fn matching(&self, schemas: &Value, value: &Value, at: &str) -> usize {
        schemas.as_array().unwrap().iter().filter(|schema| self.check(schema, value, at).is_empty()).count()
    }

    fn properties(&self, schemas: &Map<String, Value>, value: &Value, at: &str, wrong: &mut Vec<String>) -> bool {
        for (name, schema) in schemas {
            if let Some(member) = value.get(name) {
                wrong.extend(self.check(schema, member, &format!("{at}.{name}")));
            }
        }
        true
    }

    fn others(&self, keywords: &Map<String, Value>, rule: &Value, value: &Value, at: &str) -> bool {
        let named = |name: &String| keywords.get("properties").is_some_and(|all| all.get(name).is_some());
        let mut others = value.as_object().into_iter().flatten().filter(|(name, _)| !named(name));
        if let Some(allowed) = rule.as_bool() {
            return allowed || others.next().is_none();
        }
        others.all(|(name, member)| self.check(rule, member, &format!("{at}.{name}")).is_empty())
    }

    /// The names of all members that a schema describes; none where it leaves them open.
    fn described(&self, schema: &Value) -> Vec<String> {
        let Some(keywords) = schema.as_object() else { return Vec::new() };
        if keywords.contains_key("additionalProperties") {
            return Vec::new();
        }
        let own = keywords.get("properties").and_then(Value::as_object).into_iter().flatten();
        let mut names: Vec<String> = own.map(|(name, _)| name.clone()).collect();
        let parts = keywords.get("allOf").and_then(Value::as_array).into_iter().flatten();
        names.extend(parts.flat_map(|part| self.described(part)));
        if let Some(reference) = keywords.get("$ref") {
            names.extend(self.described(self.follow(reference.as_str().unwrap())));
        }
        names
    }
}

fn is_of_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("there is no type {unknown}"),
    };
    if let Some(name) = rule.as_str() {
        return is(name);
    }
    rule.as_array().unwrap().iter().any(|name| is(name.as_str().unwrap()))
}

#[test]
fn the_validator_finds_what_is_wrong() {
    use serde_json::json;
    let document = json!({ "a": { "type": "object", "properties": { "n": { "type": ["integer", "null"], "minimum": 1 },
        "l": { "type": "array", "items": { "enum": ["x"] } } }, "required": ["n"] } });
    let schema = json!({ "anyOf": [{ "$ref": "#/a" }, { "type": "null" }] });
    let validator = Validator(&document);
    for right in [json!({ "n": 1 }), json!({ "n": null, "l": ["x"] }), json!(null)] {
        assert!(validator.check(&schema, &right, "it").is_empty(), "{right}");
    }
    for wrong in [json!({}), json!({ "n": 0 }), json!({ "n": "1" }), json!({ "n": 1, "m": 1 }), json!([]), json!(1)] {
        assert!(!validator.check(&schema, &wrong, "it").is_empty(), "{wrong}");
    }
    assert_eq!(validator.check(&document["a"], &json!({ "n": 1, "l": ["x", "y"] }), "it").len(), 1);
}
