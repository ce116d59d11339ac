import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { wantedIn } from '../../testing/wanted-topology.ts'
import { awsCliScript } from './aws-cli.ts'
import { cloudFormationTemplate } from './cloudformation.ts'
import { terraformConfiguration } from './terraform.ts'

const facts = { catalogFile: '/srv/catalog.sql' }
const example = readFileSync('examples/active-passive.yaml', 'utf8')
const withDenodo = example.replace(
  'role: secondary',
  'role: secondary\n    kind: denodo\n    addresses: [10.0.0.11, 10.0.1.11]',
)

test('the five target groups of the guide: three with every node, one for each auxiliary port with the node whose it is', () => {
  const [active] = wantedIn(example).clusters
  assert.deepEqual(
    active?.groups.map(({ name, port, nodes }) => [name, port, nodes.join()]),
    [
      ['active-runtime', 9999, 'active-a-1,active-b-1'],
      ['active-odbc', 9996, 'active-a-1,active-b-1'],
      ['active-web', 9090, 'active-a-1,active-b-1'],
      ['active-aux-19997', 19_997, 'active-a-1'],
      ['active-aux-29997', 29_997, 'active-b-1'],
    ],
  )
})

test('every reference of the template is to something in it', () => {
  for (const text of [example, withDenodo]) {
    const template = cloudFormationTemplate(wantedIn(text), facts) as {
      Parameters: Record<string, object>
      Resources: Record<string, { Type: string }>
    }
    const names = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)])
    const references = [...JSON.stringify(template).matchAll(/"(?:Ref":|Fn::GetAtt":\[)"(\w+)"/g)].map(
      ([, name = '']) => name,
    )
    assert.ok(references.length > 30)
    assert.deepEqual(
      references.filter(name => !names.has(name)),
      [],
    )
    assert.equal(
      Object.values(template.Resources).filter(({ Type }) => Type.endsWith('TargetGroup')).length,
      10,
    )
  }
})

test('a group of one node serves every zone and takes no zone out of DNS, in each of the three', () => {
  const auxiliary = 4
  const script = awsCliScript(wantedIn(example), facts)
  const modified = script.split('\n').filter(line => line.includes('modify-target-group-attributes'))
  assert.equal(modified.length, auxiliary)
  for (const line of modified) {
    assert.match(line, / Key=load_balancing\.cross_zone\.enabled,Value=true /)
    assert.match(line, / Key=target_group_health\.dns_failover\.minimum_healthy_targets\.count,Value=off /)
  }
  const template = cloudFormationTemplate(wantedIn(example), facts) as {
    Resources: Record<string, { Properties: { TargetGroupAttributes?: { Key: string; Value: string }[] } }>
  }
  const attributes = Object.values(template.Resources).flatMap(
    ({ Properties }) => Properties.TargetGroupAttributes ?? [],
  )
  assert.equal(attributes.filter(({ Key }) => Key === 'load_balancing.cross_zone.enabled').length, auxiliary)
  const configuration = terraformConfiguration(wantedIn(example), facts)
  assert.equal(configuration.match(/load_balancing_cross_zone_enabled = "true"/g)?.length, auxiliary)
  assert.equal(configuration.match(/minimum_healthy_targets_count {6}= "off"/g)?.length, auxiliary)
})

test('servers that are there already are targets by their address, and nobody starts an instance for them', () => {
  const template = JSON.stringify(cloudFormationTemplate(wantedIn(withDenodo), facts))
  assert.equal(template.match(/"AWS::EC2::Instance"/g)?.length, 2)
  assert.match(template, /"TargetType":"ip"/)
  assert.match(template, /\{"Id":"10\.0\.1\.11","Port":29997\}/)
  const script = awsCliScript(wantedIn(withDenodo), facts)
  assert.match(script, /^# Run on 10\.0\.0\.11 as the user of the server$/m)
  assert.match(script, /VDBManagerImpl\.factoryPort' '29997'/)
  assert.match(terraformConfiguration(wantedIn(withDenodo), facts), /target_id {8}= "10\.0\.1\.11"/)
})

test('what looks like a template of Terraform in user data stays text', () => {
  const text = withDenodo.replace('addresses: [10.0.0.11, 10.0.1.11]', 'image: ami-0123456789abcdef0')
  const configuration = terraformConfiguration(wantedIn(text), facts)
  const templates = [...configuration.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].map(([, inner]) => inner)
  assert.ok(templates.length >= 4)
  assert.deepEqual(
    templates.filter(inner => !/^aws_lb\.\w+\.dns_name$/.test(inner ?? '')),
    [],
  )
})
