/** Whether a run has not ended. One that an operator has paused goes on later. */
export function isOpen(status: string): boolean {
  return status === 'RUNNING' || status === 'PAUSED';
}
