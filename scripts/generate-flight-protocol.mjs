// Reads the published .proto files of Arrow Flight and Flight SQL and writes what the server and the client load: the same messages as
// JSON, so that nothing is parsed at start. Run after a change of the .proto files.
import { writeFileSync } from 'node:fs'
import protobuf from 'protobufjs'

const folder = 'src/sql/flight/protocol'
const root = new protobuf.Root()
root.resolvePath = (_, target) =>
  target.startsWith('google/') ? `node_modules/protobufjs/${target}` : `${folder}/${target}`
root.loadSync(['flight.proto', 'flight-sql.proto'], { keepCase: true })
const text = `${JSON.stringify(root.toJSON())}\n`
if (process.argv.includes('--print')) process.stdout.write(text)
else writeFileSync(`${folder}/flight-protocol.json`, text)
