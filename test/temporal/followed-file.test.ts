import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followFile } from '../../temporal/followed-file.ts';

let folder: string;
let path: string;
const onChange = vi.fn();
const onProblem = vi.fn();
const onConfirmed = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'followed-file-'));
  path = join(folder, 'settings');
  writeFileSync(path, 'a b');
});

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
  rmSync(folder, { recursive: true });
});

function read(text: string): string[] {
  if (text === '') throw new Error('empty');
  return text.split(' ');
}

const follow = () => followFile(path, { variable: 'FILE', read, onChange, onProblem, onConfirmed });

describe('a followed file', () => {
  it('is used at once, and confirmed when a second look finds the same', () => {
    const { current, close } = follow();
    expect(current()).toEqual(['a', 'b']);
    expect(onConfirmed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(onConfirmed.mock.calls).toEqual([[['a', 'b']]]);
    expect(onChange).not.toHaveBeenCalled();
    close();
  });

  it('is not confirmed if it changes, but its next version is told', () => {
    const { close } = follow();
    writeFileSync(path, 'a b c');
    vi.advanceTimersByTime(5_000);
    expect(onConfirmed).not.toHaveBeenCalled();
    expect(onChange.mock.calls).toEqual([[['a', 'b', 'c']]]);
    close();
  });

  it('keeps its content while somebody writes it', () => {
    const { current, close } = follow();
    vi.advanceTimersByTime(1_000);
    for (const half of ['', 'a', 'a b c']) {
      writeFileSync(path, half);
      vi.advanceTimersByTime(1_000);
      expect(current()).toEqual(['a', 'b']);
    }
    vi.advanceTimersByTime(1_000);
    expect(current()).toEqual(['a', 'b', 'c']);
    expect(onProblem).not.toHaveBeenCalled();
    close();
  });

  it.each<[string, () => void, string]>([
    ['invalid', () => writeFileSync(path, ''), 'empty'],
    ['missing', () => rmSync(path), 'cannot be read (ENOENT)'],
  ])('keeps its content if it becomes %s, and tells that once', (_, spoil, message) => {
    const { current, close } = follow();
    spoil();
    vi.advanceTimersByTime(5_000);
    expect(onProblem.mock.calls).toEqual([[expect.objectContaining({ message: expect.stringContaining(message) })]]);
    expect(current()).toEqual(['a', 'b']);
    writeFileSync(path, 'c');
    vi.advanceTimersByTime(2_000);
    expect(current()).toEqual(['c']);
    close();
  });

  it('stays as it is once nobody follows it', () => {
    const { current, close } = follow();
    close();
    writeFileSync(path, 'c');
    vi.advanceTimersByTime(5_000);
    expect(current()).toEqual(['a', 'b']);
  });

  it('must be there at the start', () => {
    rmSync(path);
    expect(follow).toThrow(/FILE: .* cannot be read \(ENOENT\)/);
  });
});
