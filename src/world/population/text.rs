//! Writing numbers without the machinery of formatting.

/// Appends a number with exactly `N` digits, those on the left lost if it is larger.
#[inline]
pub(crate) fn push_digits<const N: usize>(number: u64, out: &mut String) {
    let mut digits = [b'0'; N];
    fill(&mut digits, number);
    push(&digits, out);
}

/// Appends a number as people write it.
#[inline]
pub(crate) fn push_number(number: u64, out: &mut String) {
    let mut digits = [b'0'; 20];
    fill(&mut digits, number);
    let count = number.checked_ilog10().unwrap_or(0) as usize + 1;
    push(digits.get(20 - count..).unwrap_or(&digits), out);
}

fn push(digits: &[u8], out: &mut String) {
    out.push_str(std::str::from_utf8(digits).unwrap_or_else(|error| unreachable!("digits are ASCII: {error}")));
}

fn fill(digits: &mut [u8], mut number: u64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Appends a group of an IPv6 address.
pub(crate) fn push_hexadecimal(number: u64, out: &mut String) {
    let digits = number.checked_ilog2().unwrap_or(0) / 4;
    for place in (0..=digits).rev() {
        let digit = char::from_digit((number >> (4 * place) & 15) as u32, 16);
        out.push(digit.unwrap_or_else(|| unreachable!("four bits are one digit")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_formatter_writes_them() {
        for number in [0, 7, 10, 99, 100, 123_456, 999_999, 1_000_000, 4_294_967_295, u64::MAX] {
            let (mut plain, mut hexadecimal) = (String::new(), String::new());
            push_number(number, &mut plain);
            push_hexadecimal(number, &mut hexadecimal);
            assert_eq!((plain, hexadecimal), (number.to_string(), format!("{number:x}")));
        }
        let mut padded = String::new();
        push_digits::<12>(11_885_123_456, &mut padded);
        assert_eq!(padded, "011885123456");
    }
}
