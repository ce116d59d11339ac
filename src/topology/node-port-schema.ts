import {
  choice,
  computed,
  duration,
  list,
  map,
  optional,
  required,
  size,
  text,
  whole,
} from './schema-kinds.ts'

const file = text('the path of a PEM file', /^[^\0]+$/, 4_096)
const name = text('a name without control characters', /^[^\p{Cc}]+$/u, 128)

/** TLS on the ports of every node. */
export const tls = map({
  mode: optional(choice('off', 'offered', 'required'), {
    about:
      'Whether clients may encrypt: `offered` takes those that ask and those that do not, `required` only those that do.',
    default: 'offered',
    reason: 'drivers encrypt when they can, and every program can still connect',
  }),
  flight: computed(choice('plain', 'tls'), {
    about:
      'What the runtime port and the auxiliary ports speak. gRPC has no way to ask for TLS on a port of clear text, so it is one or the other, for every client: `grpc+tcp://` or `grpc+tls://`.',
    absent:
      '`tls` where clear text is refused on the PostgreSQL port (mode required, or clientCertificates), otherwise `plain`',
    examples: ['tls'],
  }),
  certificate: computed(file, {
    about:
      'PEM file with the nodes’ certificate and those between it and its authority; relative to this file. It is read again when it changes.',
    absent: 'a certificate of a local authority, whose own certificate is tls/ca.crt in the state folder',
    examples: ['tls/server.crt'],
  }),
  key: computed(file, {
    about: 'PEM file with the key of `certificate`.',
    absent: 'that of the local authority’s certificate',
    examples: ['tls/server.key'],
  }),
  clientAuthority: computed(file, {
    about: 'PEM file with the authorities whose clients’ certificates are taken.',
    absent: 'none, and clients are not asked for a certificate',
    examples: ['tls/clients.crt'],
  }),
  clientCertificates: optional(choice('off', 'verify-ca', 'verify-full', 'login'), {
    about:
      'What a client’s certificate is for. `verify-ca`: one must be shown, beside the password. `verify-full`: and its common name must be the user’s. `login`: it stands in for the password.',
    default: 'off',
    reason: 'most clients have a password and no certificate',
  }),
  clientUsers: computed(
    list(
      map({
        commonName: required(name, { about: 'Common name of a certificate.', examples: ['report server'] }),
        user: required(name, { about: 'The user that it stands for.', examples: ['reports'] }),
      }),
      1,
      1_000,
    ),
    {
      about: 'Common names that are not the name of their user.',
      absent: 'every common name stands for the user of that name',
      examples: [[{ commonName: 'report server', user: 'reports' }]],
    },
  ),
})

/** Bounds of the PostgreSQL port. */
export const protocol = map({
  messageSize: optional(size('1MB', '1GB'), {
    about:
      'One message of a client, with all parameters of a statement; more ends the connection with SQLSTATE 54000.',
    default: '64MB',
    reason: 'far above any statement, and a hundred such clients still fit',
  }),
  statementLength: optional(whole(1_000, 16_777_216), {
    about: 'Characters of one statement; more is refused with SQLSTATE 54000.',
    default: 1_048_576,
    reason: 'the longest that reporting tools generate are a tenth of it',
  }),
  parameters: optional(whole(1, 65_535), {
    about: 'Parameters of one statement; more is refused with SQLSTATE 54000.',
    default: 65_535,
    reason: 'what the protocol can count',
  }),
  preparedStatements: optional(whole(1, 100_000), {
    about: 'Prepared statements that one session keeps; one more is refused with SQLSTATE 53400.',
    default: 1_000,
    reason: 'connection pools keep a few hundred',
  }),
  portals: optional(whole(1, 10_000), {
    about: 'Open portals and cursors of one session; one more is refused with SQLSTATE 53400.',
    default: 100,
    reason: 'programs read few results at a time',
  }),
  loginTimeout: optional(duration('1s', '10m'), {
    about: 'From the connect to the end of the login.',
    default: '10s',
    reason: 'an honest login takes milliseconds, and who waits holds a connection',
  }),
  writeTimeout: optional(duration('1s', '24h'), {
    about: 'How long a client may take nothing of its result before it is disconnected.',
    default: '60s',
    reason:
      'a person who looks at a page of rows reads the rest within it; a cursor waits for as long as one likes',
  }),
  keepAlive: optional(duration('1s', '2h'), {
    about:
      'After so long without a byte the system asks whether the client is still there, ten times in ten seconds.',
    default: '30s',
    reason:
      'a machine that lost its power is noticed within a minute, also behind balancers that forget idle flows',
  }),
})
