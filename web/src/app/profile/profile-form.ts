import type { ProfileRequest, ProfileView } from '../api/models';
import { fieldError, type Problem } from '../api/problem';
import { letters } from '../core/letters';

/** What stands in the profile's fields, as typed. */
export interface ProfileDraft {
  readonly age: string;
  readonly sex: '' | 'm' | 'f';
  readonly location: string;
}

export interface ProfileErrors {
  readonly age: string | null;
  readonly sex: string | null;
  readonly location: string | null;
}

export const YOUNGEST = 12;
export const OLDEST = 120;
export const LONGEST_LOCATION = 20;

export function draftOf(profile: ProfileView | null | undefined): ProfileDraft {
  return profile
    ? { age: String(profile.age), sex: profile.sex === 'f' ? 'f' : 'm', location: profile.location }
    : { age: '', sex: '', location: '' };
}

export function checkProfile({ age, sex, location }: ProfileDraft): ProfileErrors {
  const years = Number(age.trim());
  const length = letters(location.trim()).length;
  return {
    age:
      /^\d+$/.test(age.trim()) && years >= YOUNGEST && years <= OLDEST
        ? null
        : `Give a whole number from ${YOUNGEST} to ${OLDEST}.`,
    sex: sex === '' ? 'Choose one.' : null,
    location:
      length === 0
        ? 'Give a place.'
        : length > LONGEST_LOCATION
          ? `Too long by ${length - LONGEST_LOCATION}.`
          : null,
  };
}

/** The body to send, or null when a field is wrong. */
export function toRequest(draft: ProfileDraft): ProfileRequest | null {
  const errors = checkProfile(draft);
  if (errors.age || errors.sex || errors.location || draft.sex === '') return null;
  return { age: Number(draft.age.trim()), sex: draft.sex, location: draft.location.trim() };
}

/** The server's field errors, by field. */
export function serverErrors(problem: Problem | null): ProfileErrors {
  return {
    age: fieldError(problem, '/age'),
    sex: fieldError(problem, '/sex'),
    location: fieldError(problem, '/location'),
  };
}
