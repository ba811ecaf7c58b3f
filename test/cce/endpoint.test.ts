import { describe, expect, it } from 'vitest';
import { apiBaseURL, type EndpointSettings } from '../../cce/endpoint.ts';

describe('apiBaseURL', () => {
  it.each<[EndpointSettings, string]>([
    [{ region: 'bj' }, 'https://cce.bj.baidubce.com/v2'],
    [{ region: 'gz', pathPrefix: '/api/cce/service/v2' }, 'https://cce.gz.baidubce.com/api/cce/service/v2'],
    [{ region: 'bj', endpoint: 'https://proxy.example.com:8443/' }, 'https://proxy.example.com:8443/v2'],
    [{ region: 'bj', endpoint: 'http://127.0.0.1:8080' }, 'http://127.0.0.1:8080/v2'],
    [{ region: 'bj', endpoint: 'http://[::1]:8080', pathPrefix: 'v2/' }, 'http://[::1]:8080/v2'],
    [{ region: 'bj', endpoint: 'http://localhost' }, 'http://localhost/v2'],
    [{ region: 'bj', endpoint: 'http://127.0.0.1', pathPrefix: '' }, 'http://127.0.0.1/'],
  ])('turns %j into %s', (settings, url) => {
    expect(apiBaseURL(settings).href).toBe(url);
  });

  it.each([
    ['http://cce.bj.baidubce.com', /plain http/],
    ['http://10.0.0.1', /plain http/],
    ['http://127.0.0.1.example.com', /plain http/],
    ['ftp://cce.bj.baidubce.com', /neither https nor http/],
    ['cce.bj.baidubce.com', /not a URL/],
    ['https://user:secret@cce.bj.baidubce.com', /an origin only/],
    ['https://cce.bj.baidubce.com/v2', /an origin only/],
  ])('rejects %s', (endpoint, message) => {
    expect(() => apiBaseURL({ region: 'bj', endpoint })).toThrow(message);
  });
});
