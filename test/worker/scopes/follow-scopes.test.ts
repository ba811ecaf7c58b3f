import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followScopes } from '../../../worker/scopes/follow-scopes.ts';

let folder: string;
let file: string;
const onChange = vi.fn();
const onProblem = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'follow-scopes-'));
  file = join(folder, 'scopes.yaml');
  write('a');
});

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
  rmSync(folder, { recursive: true });
});

function write(...accounts: string[]): void {
  const scopes = accounts.map((account) => `{ account: ${account}, region: bj, credentials: { fromFile: /a } }`);
  writeFileSync(file, `scopes: [${scopes.join(', ')}]`);
}

const follow = () => followScopes(file, { onChange, onProblem });

it('a change of the scopes file is found within two seconds', () => {
  const { current, close } = follow();
  expect(current().map(({ account }) => account)).toEqual(['a']);
  vi.advanceTimersByTime(5_000);
  expect(onChange).not.toHaveBeenCalled();
  write('a', 'b');
  vi.advanceTimersByTime(2_000);
  expect(onChange.mock.calls).toMatchObject([[[{ account: 'a' }, { account: 'b' }]]]);
  close();
  write('c');
  vi.advanceTimersByTime(5_000);
  expect(onChange).toHaveBeenCalledOnce();
});

it('a scopes file that becomes invalid changes nothing, and is reported once', () => {
  const { close } = follow();
  writeFileSync(file, 'scopes: []');
  vi.advanceTimersByTime(5_000);
  expect(onChange).not.toHaveBeenCalled();
  expect(onProblem).toHaveBeenCalledOnce();
  write('b');
  vi.advanceTimersByTime(2_000);
  expect(onChange.mock.calls).toMatchObject([[[{ account: 'b' }]]]);
  close();
});

it('a scopes file that is gone changes nothing, and is reported once', () => {
  const { close } = follow();
  rmSync(file);
  vi.advanceTimersByTime(5_000);
  expect(onProblem.mock.calls).toEqual([
    [expect.objectContaining({ message: expect.stringMatching(/cannot be read \(ENOENT\)/) })],
  ]);
  write('a');
  vi.advanceTimersByTime(2_000);
  expect(onChange).not.toHaveBeenCalled();
  close();
});

it('a scopes file that is being written is used only when it stays the same', () => {
  const { close } = follow();
  write('b');
  vi.advanceTimersByTime(1_000);
  write('b', 'c');
  vi.advanceTimersByTime(1_000);
  expect(onChange).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(onChange.mock.calls).toMatchObject([[[{ account: 'b' }, { account: 'c' }]]]);
  close();
});
