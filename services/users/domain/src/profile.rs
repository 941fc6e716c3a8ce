//! What somebody tells of herself. (W-26)

/// A profile: complete or absent, never in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Age in years.
    pub age: Age,
    /// Sex.
    pub sex: Sex,
    /// Where she lives.
    pub location: Location,
}

/// An age of 12 to 120 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age(u8);

/// Sex, as the original asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// `f`
    Female,
    /// `m`
    Male,
}

/// A place in 1 to 20 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location(String);

/// A value that no profile may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProfileField {
    /// Age.
    #[error("the age must lie between 12 and 120")]
    Age,
    /// Sex.
    #[error("the sex must be \"f\" or \"m\"")]
    Sex,
    /// Location.
    #[error("the location must have 1 to 20 characters")]
    Location,
}

impl Age {
    /// # Errors
    /// [`InvalidProfileField::Age`]
    pub fn parse(years: i64) -> Result<Self, InvalidProfileField> {
        match u8::try_from(years) {
            Ok(years @ 12..=120) => Ok(Self(years)),
            _ => Err(InvalidProfileField::Age),
        }
    }

    /// In years.
    pub fn years(self) -> u8 {
        self.0
    }
}

impl Sex {
    /// Reads `f` or `m`, in either case.
    ///
    /// # Errors
    /// [`InvalidProfileField::Sex`]
    pub fn parse(text: &str) -> Result<Self, InvalidProfileField> {
        match text {
            "f" | "F" => Ok(Self::Female),
            "m" | "M" => Ok(Self::Male),
            _ => Err(InvalidProfileField::Sex),
        }
    }

    /// `f` or `m`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Female => "f",
            Self::Male => "m",
        }
    }
}

impl Location {
    /// Takes the text without blanks around it.
    ///
    /// # Errors
    /// [`InvalidProfileField::Location`]
    pub fn parse(text: &str) -> Result<Self, InvalidProfileField> {
        let text = text.trim();
        let good = (1..=20).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidProfileField::Location) }
    }

    /// The place.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: W-26.
    #[test]
    fn the_limits_of_each_field_hold() {
        for (years, good) in [(11, false), (12, true), (120, true), (121, false), (-1, false), (300, false)] {
            assert_eq!(Age::parse(years).is_ok(), good, "{years}");
        }
        for (text, good) in [("f", true), ("M", true), ("x", false), ("", false), ("female", false)] {
            assert_eq!(Sex::parse(text).is_ok(), good, "{text}");
        }
        for (text, good) in [("Kiel", true), ("", false), ("  ", false), ("ä".repeat(20).as_str(), true)] {
            assert_eq!(Location::parse(text).is_ok(), good, "{text}");
        }
        assert!(Location::parse(&"a".repeat(21)).is_err());
        assert!(Location::parse("a\nb").is_err());
    }
}
