const placeholder = /\{index(?::0([1-9]\d?))?\}/g;

/** Replaces placeholders: `ci-0007` for `ci-{index:04}` and 7. */
export function nameWithIndex(name: string, index: number): string {
  return name.replaceAll(placeholder, (_, digits = '1') => String(index).padStart(Number(digits), '0'));
}

/** Whether a name has no braces except placeholders of {@link nameWithIndex}. */
export function isNamePattern(name: string): boolean {
  return !/[{}]/.test(name.replaceAll(placeholder, ''));
}
