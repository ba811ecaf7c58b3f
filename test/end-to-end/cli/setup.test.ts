import { temporal } from '@temporalio/proto';
import { Connection, type OperatorService } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startTemporalServer, type TemporalServer } from '../../../local/temporal-server.ts';
import { ccectl } from '../../ccectl.ts';
import { ccectlProcess } from '../../processes.ts';

const names = ['CceClusterId', 'CceClusterName', 'CceStage', 'CceBatch'];
const { INDEXED_VALUE_TYPE_KEYWORD: keyword, INDEXED_VALUE_TYPE_TEXT: text } = temporal.api.enums.v1.IndexedValueType;

let server: TemporalServer;

beforeAll(async () => {
  server = await startTemporalServer();
});

afterAll(() => server.stop());

afterEach(async () => {
  await withOperatorService(async (operator) => {
    const { customAttributes } = await operator.listSearchAttributes({ namespace: 'default' });
    const searchAttributes = Object.keys(customAttributes).filter((name) => /^(Cce|Other)/.test(name));
    await operator.removeSearchAttributes({ namespace: 'default', searchAttributes });
  });
});

const run = (...args: string[]) => ccectl(['setup', ...args], { env: { TEMPORAL_ADDRESS: server.address } });
const runProcess = (...args: string[]) =>
  ccectlProcess(['setup', ...args], { env: { TEMPORAL_ADDRESS: server.address } });

function addAttributes(searchAttributes: Record<string, number>): Promise<void> {
  return withOperatorService(async (operator) => {
    await operator.addSearchAttributes({ namespace: 'default', searchAttributes });
  });
}

async function withOperatorService(use: (operator: OperatorService) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address: server.address });
  await use(connection.operatorService);
  await connection.close();
}

it('creates the missing attributes, and changes nothing when repeated', async () => {
  await addAttributes({ CceStage: keyword });
  const first = await runProcess('-o', 'json');
  expect(first).toMatchObject({ exitCode: 0, stderr: '' });
  const created = names.filter((name) => name !== 'CceStage');
  expect(JSON.parse(first.stdout)).toEqual({ namespace: 'default', created, present: ['CceStage'] });
  const again = await run();
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.stdout.split('\n')).toEqual(names.map((name) => `${name}: already exists`));
});

it('refuses an attribute of another type, creates no other, and names the command that removes it', async () => {
  await addAttributes({ CceStage: text });
  const { exitCode, stdout, stderr } = await run();
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('temporal operator search-attribute remove --namespace default --name CceStage');
  const listed = await run('-o', 'json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ error: { name: 'SetUpError' } });
});

it('names the command to run instead if Temporal refuses to create the attributes', async () => {
  // The server has room for ten of a type.
  await addAttributes(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`Other${index}`, keyword])));
  const { exitCode, stderr } = await run();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('cannot have more than 10');
  expect(stderr).toContain('tcld namespace search-attributes add --namespace default --search-attribute CceClusterId=');
  expect(stderr).toContain('temporal operator search-attribute create --namespace default --name CceClusterId');
});
