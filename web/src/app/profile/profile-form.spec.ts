import { readProblem } from '../api/problem';
import { checkProfile, draftOf, serverErrors, toRequest } from './profile-form';

describe('the profile form', () => {
  // Proves: W-48, H-19
  it('starts from the profile there is, or from none', () => {
    expect(draftOf({ age: 34, sex: 'f', location: 'Hamburg' })).toEqual({
      age: '34',
      sex: 'f',
      location: 'Hamburg',
    });
    expect(draftOf(undefined)).toEqual({ age: '', sex: '', location: '' });
  });

  // Proves: W-26, W-48
  it.each([
    ['11', false],
    ['12', true],
    ['120', true],
    ['121', false],
    ['1e2', false],
    ['12.5', false],
    ['', false],
  ])('takes the age %s: %s', (age, right) => {
    expect(checkProfile({ age, sex: 'm', location: 'Rostock' }).age === null).toBe(right);
  });

  it('sends trimmed values, and nothing while a field is wrong', () => {
    expect(toRequest({ age: ' 40 ', sex: 'm', location: '  Rostock ' })).toEqual({
      age: 40,
      sex: 'm',
      location: 'Rostock',
    });
    expect(toRequest({ age: '40', sex: '', location: 'Rostock' })).toBeNull();
    expect(toRequest({ age: '40', sex: 'm', location: 'x'.repeat(21) })).toBeNull();
  });

  // Proves: W-48
  it('puts the server’s words beside the field they are about', () => {
    const problem = readProblem(422, {
      type: '/problems/validation',
      title: 'wrong',
      errors: [{ pointer: '/location', detail: 'no such place' }],
    });
    expect(serverErrors(problem)).toEqual({ age: null, sex: null, location: 'No such place.' });
  });
});
