//! Requests and answers in two forms, JSON and XML: an answer has the form of its request.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::hub::Hub;
use crate::xml;

/// The format of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Xml,
}

/// The error code of an answer: published ones where they are known, our own otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// 0: done.
    Done,
    /// -1: the message cannot be read.
    Malformed,
    /// 1: no such session.
    NoSession,
    /// 2: no such service.
    NoService,
    /// 3: the dossier exists; an update is due.
    Exists,
    /// 4: the dossier does not exist; it must be created first.
    Missing,
    /// 5: the packet contradicts those before.
    Conflict,
    /// 6: fields are invalid.
    Fields,
    /// 7: the agency or the dossier is another portal's.
    Foreign,
    /// 9: there is no room for more.
    Full,
}

impl Code {
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Done => 0,
            Self::Malformed => -1,
            Self::NoSession => 1,
            Self::NoService => 2,
            Self::Exists => 3,
            Self::Missing => 4,
            Self::Conflict => 5,
            Self::Fields => 6,
            Self::Foreign => 7,
            Self::Full => 9,
        }
    }

    /// Business outcomes have status 200 and an error code, as with the real adapters; other errors have other statuses.
    fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::NoService => StatusCode::BAD_REQUEST,
            Self::NoSession => StatusCode::UNAUTHORIZED,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Done | Self::Exists | Self::Missing | Self::Conflict | Self::Fields | Self::Foreign => StatusCode::OK,
        }
    }
}

/// An answer: an error code, a message unless it is a success, and further members.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) form: Form,
    pub(crate) code: Code,
    pub(crate) message: String,
    /// Further members, in order.
    pub(crate) more: Map<String, Value>,
}

impl Answer {
    pub(crate) fn new(form: Form, code: Code, message: impl Into<String>) -> Self {
        Self { form, code, message: message.into(), more: Map::new() }
    }

    /// A success, with one more member.
    pub(crate) fn with(form: Form, name: &str, value: Value) -> Self {
        let mut answer = Self::new(form, Code::Done, "");
        answer.more.insert(name.to_owned(), value);
        answer
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut members = Map::new();
        members.insert("error_code".into(), self.code.number().into());
        if !self.message.is_empty() {
            members.insert("message".into(), self.message.into());
        }
        members.extend(self.more);
        let value = Value::Object(members);
        let (kind, body) = match self.form {
            Form::Json => ("application/json", value.to_string()),
            Form::Xml => ("application/xml; charset=utf-8", xml::write("response", &value)),
        };
        let mut response = (self.code.status(), [(CONTENT_TYPE, kind)], body).into_response();
        if self.code == Code::Full {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response
    }
}

/// A message that was sent to the hub: always an object.
pub(crate) struct Call {
    pub(crate) form: Form,
    pub(crate) members: Map<String, Value>,
}

impl Call {
    /// A member that is a text; absent is empty.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.members.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl FromRequest<Arc<Hub>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let form = if kind.contains("xml") { Form::Xml } else { Form::Json };
        let refuse = |reason: &str| Answer::new(form, Code::Malformed, format!("không đọc được thông điệp: {reason}"));
        let body = Bytes::from_request(request, hub).await.map_err(|rejection| {
            let mut response = refuse(&rejection.body_text()).into_response();
            *response.status_mut() = rejection.status();
            response
        })?;
        let text = std::str::from_utf8(&body).map_err(|error| refuse(&error.to_string()).into_response())?;
        let value = match form {
            Form::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
            Form::Xml => xml::read(text),
        };
        if let Value::Object(members) = value.map_err(|reason| refuse(&reason).into_response())? {
            Ok(Self { form, members })
        } else {
            Err(refuse("không phải là một đối tượng").into_response())
        }
    }
}

/// A refusal outside the exchange of dossiers: problem details of RFC 9457, in both languages.
pub(crate) fn problem(status: StatusCode, vietnamese: &str, english: &str) -> Response {
    let details = json!({ "type": "about:blank", "status": status.as_u16(), "title": english, "title_vi": vietnamese });
    (status, [(CONTENT_TYPE, mock_ground::PROBLEM_JSON)], details.to_string()).into_response()
}
