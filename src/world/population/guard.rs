//! The check that what is written about a person cannot be about a real one.

use super::Rendered;
use super::contacts::{PHONE, is_for_documentation};
use super::organisations::MARK;
use super::tax_codes::is_tax_code;

/// Something about a person that could be a real one's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} `{written}` could be a real person's: {demanded}")]
pub struct Exposed {
    /// What it is.
    pub what: &'static str,
    /// How it is written.
    pub written: String,
    /// What it should be instead.
    pub demanded: &'static str,
}

/// Everything about a person that could be a real one's, where nothing may be: the century digit of the citizen number
/// is 8 or 9, the tax code's pair 00, the organisation carries its mark, telephone, e-mail and network address lead
/// nowhere.
pub fn exposed(person: &Rendered) -> Vec<Exposed> {
    let mut exposed = Vec::new();
    let mut check = |what, written: &str, demanded, is_nobodys: bool| {
        if !is_nobodys {
            exposed.push(Exposed { what, written: written.to_owned(), demanded });
        }
    };
    let (number, phone, email) = (person.citizen_number(), person.phone(), person.email());
    let is_number = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_impossible = is_number && matches!(number.as_bytes().get(3), Some(b'8' | b'9'));
    check("citizen number", number, "its fourth digit is 8 or 9", is_impossible);
    check("telephone number", phone, "it begins with +840", phone.starts_with(PHONE));
    check("e-mail address", email, "its domain is reserved (RFC 2606)", is_reserved(email));
    let (code, organisation, network) = (person.tax_code(), person.organisation(), person.network_address());
    let is_nobodys_code = code.starts_with("00") && code.get(..10).is_some_and(is_tax_code);
    check("tax code", code, "it begins with 00 and has its check digit", code.is_empty() || is_nobodys_code);
    let is_marked = organisation.is_empty() || organisation.contains(MARK);
    check("organisation", organisation, "its name has the words Giả Định", is_marked);
    check("network address", network, "it is for documentation (RFC 5737, RFC 3849)", is_for_documentation(network));
    exposed
}

/// Whether the domain of an e-mail address is reserved.
///
/// # Source
/// RFC 2606.
fn is_reserved(email: &str) -> bool {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_example = |domain: &str| ["example.com", "example.net", "example.org"].contains(&domain);
    ["example", "test", "invalid", "localhost"].contains(&top) || is_example(domain)
}

#[cfg(test)]
mod tests {
    use super::super::rendered::Text;
    use super::*;

    /// Somebody invented, with one text replaced.
    fn rendered(replaced: usize, by: &str) -> Rendered {
        let texts = [
            (Text::FullName, "Lò Thị Thử"),
            (Text::CitizenNumber, "011985123456"),
            (Text::BirthDate, "1985-04-23"),
            (Text::Organisation, "Công ty TNHH Xây dựng Giả Định Minh Khôi"),
            (Text::TaxCode, "0000000095"),
            (Text::Phone, "+84000123456"),
            (Text::Email, "lo.thi.thu.1@dan.example"),
            (Text::NetworkAddress, "192.0.2.7"),
            (Text::Address, "Số 1"),
            (Text::Reference, "VD-0000-000001X"),
        ];
        let mut rendered = Rendered::default();
        for (i, (text, written)) in texts.into_iter().enumerate() {
            rendered.text.push_str(if i == replaced { by } else { written });
            rendered.end(text);
        }
        rendered
    }

    #[test]
    fn an_invented_person_exposes_nobody() {
        assert_eq!(exposed(&rendered(99, "")), []);
        // Citizens have no organisation.
        assert_eq!(exposed(&rendered(3, "")), []);
        assert_eq!(exposed(&rendered(4, "")), []);
    }

    #[test]
    fn whatever_could_be_real_is_named() {
        let cases = [
            (1, "011185123456", "citizen number"),
            (1, "01198512345", "citizen number"),
            (1, "", "citizen number"),
            (3, "Công ty TNHH Xây dựng Minh Khôi", "organisation"),
            (4, "9900000010", "tax code"),
            (4, "0000000096", "tax code"),
            (5, "+84912345678", "telephone number"),
            (6, "thu@post.tld", "e-mail address"),
            (6, "thu@example.com.tld", "e-mail address"),
            (7, "10.0.0.1", "network address"),
        ];
        for (text, written, what) in cases {
            let exposed = exposed(&rendered(text, written));
            assert_eq!(exposed.iter().map(|exposed| exposed.what).collect::<Vec<_>>(), [what], "{written}");
            assert!(exposed[0].to_string().contains(written));
        }
    }
}
