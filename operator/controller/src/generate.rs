//! Values for generated Secrets, from the operating system's random generator.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use securechat_kernel::Random;
use securechat_operator_plan::Content;

/// 62 letters and digits; 248 is the greatest multiple of 62 below 256.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Without what people mistake for each other.
const TYPED: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A new value.
pub fn generate(content: Content, random: &dyn Random) -> String {
    match content {
        Content::Password => letters(LETTERS, 32, random),
        Content::TypedPassword => {
            let text = letters(TYPED, 16, random);
            let groups: Vec<_> = (0..4).filter_map(|i| text.get(i * 4..i * 4 + 4)).collect();
            groups.join("-")
        }
        Content::Key => STANDARD.encode(random.bytes::<32>()),
    }
}

/// Each letter equally likely: bytes beyond the greatest multiple are thrown away.
fn letters(alphabet: &[u8], count: usize, random: &dyn Random) -> String {
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let bytes = random.bytes::<64>();
        let usable = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < limit);
        let missing = count - text.len();
        text.extend(usable.take(missing).map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use securechat_kernel::SystemRandom;
    use std::collections::HashSet;

    /// Proves: B-06.
    #[test]
    fn generated_values_have_their_shape_and_never_repeat() {
        let all: HashSet<_> = (0..200).map(|_| generate(Content::Password, &SystemRandom)).collect();
        assert_eq!(all.len(), 200);
        assert!(all.iter().all(|p| p.len() == 32 && p.chars().all(|c| c.is_ascii_alphanumeric())));
        let typed = generate(Content::TypedPassword, &SystemRandom);
        assert!(typed.len() == 19 && typed.split('-').all(|group| group.len() == 4), "{typed}");
        let key = STANDARD.decode(generate(Content::Key, &SystemRandom)).unwrap();
        assert_eq!(key.len(), 32);
    }
}
