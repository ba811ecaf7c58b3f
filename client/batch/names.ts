const placeholder = /\{index(?::0([1-9]\d?))?\}/g;

/** `ci-0007` for `ci-{index:04}` and 7. A name without a placeholder stays as it is. */
export function nameWithIndex(name: string, index: number): string {
  return name.replaceAll(placeholder, (_, digits = '1') => String(index).padStart(Number(digits), '0'));
}

/** Whether nothing else stands in braces than what {@link nameWithIndex} replaces. */
export function isNamePattern(name: string): boolean {
  return !/[{}]/.test(name.replaceAll(placeholder, ''));
}
