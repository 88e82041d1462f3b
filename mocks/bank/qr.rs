//! The QR code of a payment, shaped like `VietQR`: an EMV merchant-presented payload, as text and as SVG.
//!
//! The bank's number (999999) and account (all zeros) do not exist: no banking app can pay with it.

use fast_qr::qr::QRBuilder;

use crate::payment::Payment;

const NETWORK: &str = "A000000727";
const BANK_NUMBER: &str = "999999";
const ACCOUNT: &str = "0000000000";
const TO_ACCOUNT: &str = "QRIBFTTA";
const CURRENCY: &str = "704";
const COUNTRY: &str = "VN";
/// Light modules around the code, so that a camera finds it.
const MARGIN: usize = 4;

/// What the code says:
///
/// ```text
/// 00 format, 01 one-time, 38 { 00 network, 01 { 00 bank, 01 account }, 02 service },
/// 53 currency, 54 amount, 58 country, 62 { 08 purpose }, 63 CRC-16 of all before it and of "6304"
/// ```
pub(crate) fn payload(payment: &Payment) -> String {
    let beneficiary = [field("00", BANK_NUMBER), field("01", ACCOUNT)].concat();
    let account = [field("00", NETWORK), field("01", &beneficiary), field("02", TO_ACCOUNT)].concat();
    let purpose = field("08", &payment.transaction());
    sealed(&[
        field("00", "01"),
        field("01", "12"),
        field("38", &account),
        field("53", CURRENCY),
        field("54", &payment.order.amount.to_string()),
        field("58", COUNTRY),
        field("62", &purpose),
    ])
}

/// A field of an EMV payload: two digits of name, two of length, the value. All values here are short.
fn field(name: &str, value: &str) -> String {
    format!("{name}{:02}{value}", value.len())
}

fn sealed(fields: &[String]) -> String {
    let mut text = fields.concat();
    text.push_str("6304");
    let crc = crc16(text.as_bytes());
    format!("{text}{crc:04X}")
}

/// CRC-16 as EMV wants it: polynomial 0x1021, initial value 0xFFFF, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8)
            .fold(crc ^ (u16::from(*byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

/// The code as one SVG image, dark on light whatever the page around it is.
pub(crate) fn svg(payload: &str, title: &str) -> String {
    let Ok(code) = QRBuilder::new(payload).build() else {
        unreachable!("a payload is far shorter than what a code holds");
    };
    let width = code.size + 2 * MARGIN;
    let dark = code.data.chunks(code.size).take(code.size).enumerate().flat_map(|(y, row)| {
        let is_dark = row.iter().enumerate().filter(|(_, module)| module.value());
        is_dark.map(move |(x, _)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN))
    });
    let path: String = dark.collect();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" role="img" aria-label="{title}"><path fill="#fff" d="M0 0h{width}v{width}H0z"/><path d="{path}"/></svg>"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::tests::order;

    #[test]
    fn the_crc_is_that_of_the_published_examples() {
        // The check value of CRC-16/IBM-3740, and the example of the EMV specification for merchant-presented
        // codes (annex A), which ends in A13A.
        assert_eq!(crc16(b"123456789"), 0x29B1);
        let emv = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST \
                   TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***\
                   0708A60086670902ME91320016A0112233449988770708123456786304";
        assert_eq!(crc16(emv.as_bytes()), 0xA13A);
    }

    #[test]
    fn a_payload_is_made_of_the_fields_of_vietqr() {
        // By hand: 38 holds 10+4, (6+4 + 10+4)+4, 8+4 = 54 signs; the CRC by
        // python3: crc = binascii.crc_hqx(text.encode(), 0xFFFF)
        let payment = Payment::new(1, order("R"));
        assert_eq!(
            payload(&payment),
            "00020101021238540010A00000072701240006999999011000000000000208QRIBFTTA\
             530370454061200005802VN62150811T00000000016304831A"
        );
    }

    #[test]
    fn an_image_has_a_margin_and_the_three_corners() {
        let image = svg("00020101", "QR");
        assert!(image.contains("M4 4h1v1h-1z"), "the corner begins after the margin");
        assert!(!image.contains("M3 "), "{image}");
    }
}
