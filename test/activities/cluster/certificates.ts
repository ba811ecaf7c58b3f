/** A certificate without a key that anybody has, valid until 2126, as a kubeconfig has it. */
export const longCertificate =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkRENDQVJ1Z0F3SUJBZ0lVQnNscDZJTURmV0ZtN3RvZnBkNmc3dFJmYUk0d0NnWUlLb1pJemowRUF3SXcKRHpFTk1Bc0dBMVVFQXd3RWRHVnpkREFnRncweU5qRXhNamd4T1RNNU5EQmFHQTh5TVRJMk1URXdOREU1TXprMApNRm93RHpFTk1Bc0dBMVVFQXd3RWRHVnpkREJaTUJNR0J5cUdTTTQ5QWdFR0NDcUdTTTQ5QXdFSEEwSUFCTlk3CjVOMmE0eG5aNm40amtzK0E0bHJWSGVMcVdPWW0vMHhta094dDhWeDVHQ1p0MnQxR3VHazdaUFZocW5QZ3Y3MjcKQWx1UEdpc3kzNmFKRlh3dG9qeWpVekJSTUIwR0ExVWREZ1FXQkJUZ1BHWlE5TEFZcm1pNEN1eENjclpZaWJmVgpDakFmQmdOVkhTTUVHREFXZ0JUZ1BHWlE5TEFZcm1pNEN1eENjclpZaWJmVkNqQVBCZ05WSFJNQkFmOEVCVEFECkFRSC9NQW9HQ0NxR1NNNDlCQU1DQTBjQU1FUUNJQjdhbHA0VktYMnY1WGUwUVZnK05zVnUwa1hNSmZwalRrVC8KYzJBL0xUdVJBaUFwZUJOZms1OHpPclNCL0xVeWZrU0paTXpUZ01UZVZGSFl3Nm1DODcwelZRPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=';

export function kubeconfigWith(certificate: string, server = 'https://10.0.0.1:6443'): string {
  return `clusters: [{ name: a, cluster: { server: '${server}' } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
users: [{ name: a, user: { client-certificate-data: ${certificate} } }]
current-context: a
`;
}
