export type ServiceName = 'elbv2' | 'elb' | 'route53' | 'ec2' | 'autoscaling' | 'sts'
export type Protocol = 'awsQuery' | 'ec2Query' | 'restXml'

/** What of a service is in no schema. */
export interface ServiceDefinition {
  readonly name: ServiceName
  readonly protocol: Protocol
  /** API version: the `Version` parameter, or the first step of the path. */
  readonly version: string
  /** Of the XML of answers. */
  readonly xmlNamespace: string
  /** Service of the credential scope. Both Elastic Load Balancing APIs have one, and are told apart by version. */
  readonly signingName: string
}

export const serviceDefinitions: Readonly<Record<ServiceName, ServiceDefinition>> = {
  elbv2: {
    name: 'elbv2',
    protocol: 'awsQuery',
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    signingName: 'elasticloadbalancing',
  },
  elb: {
    name: 'elb',
    protocol: 'awsQuery',
    version: '2012-06-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/',
    signingName: 'elasticloadbalancing',
  },
  route53: {
    name: 'route53',
    protocol: 'restXml',
    version: '2013-04-01',
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    signingName: 'route53',
  },
  ec2: {
    name: 'ec2',
    protocol: 'ec2Query',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    signingName: 'ec2',
  },
  autoscaling: {
    name: 'autoscaling',
    protocol: 'awsQuery',
    version: '2011-01-01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    signingName: 'autoscaling',
  },
  sts: {
    name: 'sts',
    protocol: 'awsQuery',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    signingName: 'sts',
  },
}
