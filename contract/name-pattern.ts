/**
 * Patterns of cluster names, of which a stored schedule makes deletions: they mean what a person reads, or are refused.
 * Not a library for paths, where `*` stops at a slash and skips a leading dot.
 *
 * - `*`: any text, also none; `?`: one character
 * - `[abc]`, `[a-z]`: one of these characters; `[!abc]`, `[^abc]`: one that is none of them
 * - `{a,b}`: one of these texts, which may be patterns; `{5..50}`: a number in this range, `{05..50}`: with two digits
 * - letters, digits, `.`, `_`, `-` and `/`: themselves, in the same case
 */
export type NameMatcher = (name: string) => boolean;

/**
 * Says what is wrong with a pattern; `undefined` if it is valid.
 *
 * @example namePatternProblem('ci-(1|2)') // '"ci-(1|2)" contains "(", which has no meaning in a pattern; …'
 */
export function namePatternProblem(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string') return `${String(pattern)} is not a text`;
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return `"${pattern}" ${error.message}`;
  }
}

/**
 * @throws Error for a pattern that `namePatternProblem` refuses
 */
export function nameMatcher(pattern: string): NameMatcher {
  const steps = compile(pattern);
  return (name) => {
    const characters = Array.from(name);
    return positionsAfter(steps, characters, 0).has(characters.length);
  };
}

/** Returns the positions in a name that a part of a pattern can lead to, from one position. No backtracking: it cannot blow up. */
type Step = (name: readonly string[], from: number) => Iterable<number>;

function positionsAfter(steps: readonly Step[], name: readonly string[], from: number): Set<number> {
  let positions = new Set([from]);
  for (const step of steps) positions = new Set([...positions].flatMap((position) => [...step(name, position)]));
  return positions;
}

class PatternError extends Error {}

const longestPattern = 500;
const meaningful = 'patterns have *, ?, [abc], [a-z], [!abc], {a,b} and {1..50}';

/** Each alternative is one construct. The last one matches every character that no other one does. */
const constructs =
  /\{(?<braces>[^{}]*)\}|\[(?<set>[^\][]*)\]|(?<star>\*+)|(?<one>\?)|(?<literal>[\p{L}\p{M}\p{N}._/-])|(?<other>[^])/gu;

function compile(pattern: string): Step[] {
  if (pattern === '') throw new PatternError('is empty');
  if (pattern.length > longestPattern) throw new PatternError(`has more than ${longestPattern} characters`);
  if (pattern.startsWith('!'))
    throw new PatternError('starts with "!": a pattern cannot be negated, but `except` spares names');
  if (pattern.includes('.*')) {
    throw new PatternError('contains ".*": write "*" for any text, or "[.]*" for a dot and any text');
  }
  return stepsOf(pattern);
}

function stepsOf(pattern: string): Step[] {
  return Array.from(pattern.matchAll(constructs), ({ groups = {} }) => {
    const { braces, set, star, literal, other } = groups;
    if (braces !== undefined) return bracesStep(braces);
    if (set !== undefined) return setStep(set);
    if (star !== undefined) return anyText;
    if (literal !== undefined) return oneOf((character) => character === literal);
    if (other !== undefined) throw new PatternError(complaintAbout(other));
    return oneOf(() => true);
  });
}

function complaintAbout(character: string): string {
  if (character === ',') return 'contains a comma outside of braces; give several patterns one by one, or write {a,b}';
  if ('{}'.includes(character)) return 'has braces that are nested or not closed';
  if ('[]'.includes(character)) return 'has brackets that are nested or not closed';
  return `contains ${JSON.stringify(character)}, which has no meaning in a pattern; ${meaningful}`;
}

const anyText: Step = (name, from) => Array.from({ length: name.length - from + 1 }, (_, more) => from + more);

function oneOf(accepts: (character: string) => boolean): Step {
  return (name, from) => {
    const character = name[from];
    return character !== undefined && accepts(character) ? [from + 1] : [];
  };
}

function bracesStep(content: string): Step {
  const [, first, last] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(content) ?? [];
  if (first !== undefined && last !== undefined) return numberStep(first, last);
  if (content.includes('..'))
    throw new PatternError(`contains "{${content}}"; a range in braces is one of numbers, as in {1..50}`);
  if (!content.includes(',')) throw new PatternError(`contains "{${content}}"; braces have alternatives, as in {a,b}`);
  const alternatives = content.split(',').map(stepsOf);
  return (name, from) => alternatives.flatMap((steps) => [...positionsAfter(steps, name, from)]);
}

/** As in a shell, numbers have leading zeros if one end of the range has them. */
function numberStep(first: string, last: string): Step {
  const [from, to] = [Number(first), Number(last)];
  if (from > to) throw new PatternError(`contains "{${first}..${last}}", a range that ends before it begins`);
  const hasZeros = [first, last].some((end) => /^0\d/.test(end));
  const digits = hasZeros ? Math.max(first.length, last.length) : 1;
  return (name, position) => {
    const ends = Array.from({ length: last.length }, (_, more) => position + more + 1);
    return ends.filter((end) => {
      const text = name.slice(position, end).join('');
      const isWhole = end <= name.length && /^\d+$/.test(text);
      return (
        isWhole && Number(text) >= from && Number(text) <= to && text === String(Number(text)).padStart(digits, '0')
      );
    });
  };
}

function setStep(content: string): Step {
  const [, not, members = ''] = /^([!^]?)(.*)$/su.exec(content) ?? [];
  if (members === '') throw new PatternError(`contains "[${content}]", a set without characters`);
  const invalid = /[^\p{L}\p{M}\p{N}._/-]/u.exec(members);
  if (invalid !== null)
    throw new PatternError(`contains "[${content}]"; a set has letters, digits, ".", "_", "-" and "/"`);
  const ranges = Array.from(members.matchAll(/(?<first>[^])(?:-(?<last>[^]))?/gu), ({ groups = {} }) => {
    const { first = '', last = first } = groups;
    if (last !== first && !isRange(first, last)) {
      throw new PatternError(`contains "[${content}]"; a range in brackets is one of digits or of letters of one case`);
    }
    return { first, last };
  });
  const isMember = (character: string) => ranges.some(({ first, last }) => character >= first && character <= last);
  return oneOf((character) => isMember(character) !== (not !== ''));
}

function isRange(first: string, last: string): boolean {
  return first < last && [/^\d\d$/, /^[a-z]{2}$/, /^[A-Z]{2}$/].some((kind) => kind.test(first + last));
}
