import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameMatcher, namePatternProblem } from '../../contract/name-pattern.ts';

const matches: [pattern: string, names: string[], others: string[]][] = [
  ['ci-1', ['ci-1'], ['ci-10', 'xci-1', 'CI-1', '']],
  ['ci-*', ['ci-', 'ci-1', 'ci-a/b', 'ci-.x'], ['ci', 'CI-1', 'my-ci-1']],
  ['*', ['ci', '.ci', 'a/b', ''], []],
  ['**-keep', ['ci-keep', '.ci-keep'], ['keep']],
  ['*-keep', ['ci-keep', '.ci-keep', 'a/b-keep', '-keep'], ['ci-keep-2']],
  ['*a*b*', ['ab', 'xaybz'], ['ba', 'a']],
  ['ci-?', ['ci-1', 'ci-.', 'ci-/'], ['ci-', 'ci-10']],
  ['[abc]*', ['a', 'bx'], ['d', '']],
  ['[a-f0-3]', ['a', 'f', '0', '3'], ['g', '4', 'A', '-']],
  ['[!p]*', ['ci-1', 'P'], ['prod-1', 'p', '']],
  ['[^p]*', ['ci-1'], ['prod-1']],
  ['ci-[!0-9]', ['ci-a', 'ci--'], ['ci-1', 'ci-']],
  ['[a-]', ['a', '-'], ['b']],
  ['ci.1', ['ci.1'], ['ci-1']],
  ['[.]*', ['.ci', '.'], ['ci']],
  ['ci-{made,young}', ['ci-made', 'ci-young'], ['ci-', 'ci-{made,young}', 'ci-madeyoung']],
  ['{a,b*}-{c,d?}', ['a-c', 'bx-d1'], ['ax-c', 'a-d']],
  ['ci{,-old}', ['ci', 'ci-old'], ['ci-']],
  ['ci-{5..50}', ['ci-5', 'ci-10', 'ci-50'], ['ci-4', 'ci-51', 'ci-500', 'ci-05', 'ci-', 'ci-5..50']],
  ['ci-{05..50}', ['ci-05', 'ci-50'], ['ci-5', 'ci-005', 'ci-51']],
  ['{1..2}{1..2}', ['11', '22'], ['1', '3', '111']],
  ['测试-?', ['测试-1', '测试-环'], ['测试-']],
];

const refused: [pattern: string, says: RegExp][] = [
  ['', /is empty/],
  ['!ci-*', /starts with "!"/],
  ['!(ci)', /starts with "!"/],
  ['^ci-', /"\^", which has no meaning/],
  ['ci-$', /"\$", which has no meaning/],
  ['ci-(1|2)', /"\(", which has no meaning/],
  ['+(ci)', /"\+", which has no meaning/],
  ['@(ci)', /"@", which has no meaning/],
  ['a|b', /"\|", which has no meaning/],
  ['ci-\\*', /"\\\\", which has no meaning/],
  ['ci-1 ci-2', /" ", which has no meaning/],
  ['ci-1,ci-2', /comma outside of braces/],
  ['ci-.*', /"\.\*": write "\*"/],
  ['ci-{a..e}', /range in braces is one of numbers/],
  ['ci-{1..9..2}', /range in braces is one of numbers/],
  ['ci-{1..3,7}', /range in braces is one of numbers/],
  ['ci-{-1..3}', /range in braces is one of numbers/],
  ['ci-{50..5}', /ends before it begins/],
  ['ci-{5}', /braces have alternatives/],
  ['ci-{}', /braces have alternatives/],
  ['{a,{b,c}}', /braces that are nested or not closed/],
  ['ci-{1,2', /braces that are nested or not closed/],
  ['ci-1}', /braces that are nested or not closed/],
  ['[p*', /brackets that are nested or not closed/],
  ['p]', /brackets that are nested or not closed/],
  ['[[:alpha:]]', /brackets|set has/],
  ['[]', /set without characters/],
  ['[!]', /set without characters/],
  ['[a|b]', /a set has letters/],
  ['[z-a]', /range in brackets/],
  ['[A-z]', /range in brackets/],
  ['{[a,b]}', /brackets/],
  ['x'.repeat(501), /more than 500 characters/],
];

describe('a name pattern', () => {
  it.each(matches)('%s takes %j and not %j', (pattern, names, others) => {
    expect(namePatternProblem(pattern)).toBeUndefined();
    const isMatch = nameMatcher(pattern);
    expect(names.filter((name) => !isMatch(name))).toEqual([]);
    expect(others.filter((name) => isMatch(name))).toEqual([]);
  });

  it.each(refused)('%s is refused, and the reason names the construct', (pattern, says) => {
    expect(namePatternProblem(pattern)).toMatch(says);
    expect(() => nameMatcher(pattern)).toThrow(says);
  });

  it.each([undefined, 5, ['ci-*']])('%j is refused', (pattern) => {
    expect(namePatternProblem(pattern)).toMatch(/is not a text/);
  });

  it('without special characters takes its own text only', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
    fc.assert(fc.property(name, name, (one, other) => nameMatcher(one)(other) === (one === other)));
    fc.assert(fc.property(name, (one) => nameMatcher(one)(one)));
  });

  it('with many stars is decided at once', () => {
    expect(nameMatcher(`${'*a'.repeat(30)}b`)('a'.repeat(65))).toBe(false);
  });
});
