/** RFC 9457 answers of the services, and everything else that can go wrong on the way, in one shape. */
export interface Problem {
  /** Last segment of the problem's `type`, for example `not-friends`; `network` when no answer came at all. */
  readonly kind: string;
  readonly title: string;
  /** HTTP status, 0 when no answer came at all. */
  readonly status: number;
  readonly detail: string | null;
  readonly errors: readonly FieldProblem[];
}

export interface FieldProblem {
  /** JSON pointer into the request body, for example `/name`. */
  readonly pointer: string;
  readonly detail: string;
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiError';
  }
}

export const NO_ANSWER: Problem = {
  kind: 'network',
  title: 'The server did not answer.',
  status: 0,
  detail: null,
  errors: [],
};

/** Reads a problem from a response body that may be a Problem, or some proxy's text. */
export function readProblem(status: number, body: unknown): Problem {
  const record = isRecord(body) ? body : {};
  const type = text(record['type']);
  return {
    kind: type?.split('/').pop() ?? 'unknown',
    title: text(record['title']) ?? titleFor(status),
    status,
    detail: text(record['detail']),
    errors: Array.isArray(record['errors']) ? record['errors'].filter(isFieldProblem) : [],
  };
}

/** Any thrown value as a Problem. */
export function toProblem(error: unknown): Problem {
  return error instanceof ApiError ? error.problem : NO_ANSWER;
}

/** The sentence shown to a person. */
export function describe(problem: Problem): string {
  return sentence(problem.detail ?? problem.errors[0]?.detail ?? problem.title);
}

/** What the server says about one field, or null. */
export function fieldError(problem: Problem | null, pointer: string): string | null {
  const found = problem?.errors.find((e) => e.pointer === pointer || e.pointer.endsWith(pointer));
  return found ? sentence(found.detail) : null;
}

/** Makes a server's phrase a sentence: first letter large, a full stop at the end. */
export function sentence(phrase: string): string {
  const trimmed = phrase.trim();
  if (trimmed === '') return '';
  const large = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.?…]$/.test(large) ? large : `${large}.`;
}

function titleFor(status: number): string {
  if (status === 429) return 'Too many requests. Wait a moment and try again.';
  if (status >= 500) return 'The server answered with an error.';
  return 'The server refused this.';
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value['pointer'] === 'string' && typeof value['detail'] === 'string';
}
