"""What test/compat/aws-sdks.test.ts asks of boto3: calls, waiters, paginators and errors of each service. Prints a line for each that went well."""
import sys

import boto3

endpoint = sys.argv[1]
quick = {'Delay': 1, 'MaxAttempts': 30}
print('boto3', boto3.__version__)


def client(name):
    return boto3.client(name, endpoint_url=endpoint)


def fails_with(code, call, **arguments):
    try:
        call(**arguments)
    except Exception as error:
        assert error.response['Error']['Code'] == code, error
        return error
    raise AssertionError(f'{code} was expected')


identity = client('sts').get_caller_identity()
assert identity['Account'] == '123456789012' and identity['Arn'].startswith('arn:aws:iam::123456789012:user/'), identity
print('sts')

ec2 = client('ec2')
made = ec2.run_instances(ImageId='everport-node', MinCount=3, MaxCount=3, UserData='catalogFile: /catalog.sql')
ids = [instance['InstanceId'] for instance in made['Instances']]
ec2.get_waiter('instance_running').wait(InstanceIds=ids, WaiterConfig=quick)
ec2.get_waiter('instance_status_ok').wait(InstanceIds=ids, WaiterConfig=quick)
pages = list(ec2.get_paginator('describe_instances').paginate(PaginationConfig={'PageSize': 1}))
assert len(pages) == 3, len(pages)
group = ec2.create_security_group(GroupName='nodes', Description='nodes')['GroupId']
rule = {'IpProtocol': 'tcp', 'FromPort': 9996, 'ToPort': 9996, 'IpRanges': [{'CidrIp': '127.0.0.0/16'}]}
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
fails_with('InvalidPermission.Duplicate', ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[rule])
ec2.stop_instances(InstanceIds=ids[:1])
ec2.get_waiter('instance_stopped').wait(InstanceIds=ids[:1], WaiterConfig=quick)
ec2.terminate_instances(InstanceIds=ids[:1])
ec2.get_waiter('instance_terminated').wait(InstanceIds=ids[:1], WaiterConfig=quick)
fails_with('InvalidInstanceID.NotFound', ec2.describe_instances, InstanceIds=['i-0123456789abcdef0'])
print('ec2')

elbv2 = client('elbv2')
zone_a = {'Name': 'availability-zone', 'Values': ['us-east-1a']}
subnet = ec2.describe_subnets(Filters=[zone_a])['Subnets'][0]
for name in 'abc':
    elbv2.create_target_group(Name=name, Protocol='TCP', Port=9996, VpcId=subnet['VpcId'])
pages = list(elbv2.get_paginator('describe_target_groups').paginate(PaginationConfig={'PageSize': 2}))
assert [len(page['TargetGroups']) for page in pages] == [2, 1], pages
target_group = pages[0]['TargetGroups'][0]['TargetGroupArn']
balancer = elbv2.create_load_balancer(Name='lb', Type='network', Subnets=[subnet['SubnetId']])['LoadBalancers'][0]
elbv2.get_waiter('load_balancer_available').wait(LoadBalancerArns=[balancer['LoadBalancerArn']], WaiterConfig=quick)
elbv2.create_listener(
    LoadBalancerArn=balancer['LoadBalancerArn'],
    Protocol='TCP',
    Port=9996,
    DefaultActions=[{'Type': 'forward', 'TargetGroupArn': target_group}],
)
elbv2.register_targets(TargetGroupArn=target_group, Targets=[{'Id': ids[1]}])
elbv2.get_waiter('target_in_service').wait(TargetGroupArn=target_group, WaiterConfig=quick)
fails_with('TargetGroupNotFound', elbv2.describe_target_groups, Names=['none'])
print('elbv2')

route53 = client('route53')
for name in ['a.test.net', 'b.test.net', 'c.test.net']:
    zone = route53.create_hosted_zone(Name=name, CallerReference=name)['HostedZone']['Id']
pages = list(route53.get_paginator('list_hosted_zones').paginate(PaginationConfig={'PageSize': 2}))
assert [len(page['HostedZones']) for page in pages] == [2, 1], pages
record = {'Name': 'www.c.test.net', 'Type': 'A', 'TTL': 60, 'ResourceRecords': [{'Value': '127.0.0.1'}]}
batch = {'Changes': [{'Action': 'CREATE', 'ResourceRecordSet': record}]}
change = route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)['ChangeInfo']['Id']
route53.get_waiter('resource_record_sets_changed').wait(Id=change, WaiterConfig=quick)
error = fails_with('InvalidChangeBatch', route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=batch)
assert 'but it already exists' in error.response['Error']['Message'], error
sets = list(route53.get_paginator('list_resource_record_sets').paginate(HostedZoneId=zone, PaginationConfig={'PageSize': 2}))
assert sum(len(page['ResourceRecordSets']) for page in sets) == 3, sets
print('route53')

autoscaling = client('autoscaling')
autoscaling.create_launch_configuration(
    LaunchConfigurationName='node', ImageId='everport-node', UserData='catalogFile: /catalog.sql'
)
for name in 'xyz':
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName='node',
        MinSize=0,
        MaxSize=2,
        AvailabilityZones=['us-east-1a'],
    )
pages = list(autoscaling.get_paginator('describe_auto_scaling_groups').paginate(PaginationConfig={'PageSize': 2}))
assert [len(page['AutoScalingGroups']) for page in pages] == [2, 1], pages
fails_with('ValidationError', autoscaling.set_desired_capacity, AutoScalingGroupName='x', DesiredCapacity=3)
print('autoscaling')
