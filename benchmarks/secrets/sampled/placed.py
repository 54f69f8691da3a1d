"""Kinds told by the place they stand in: addresses, files, headers, sentences. (kind, texts)."""

from __future__ import annotations

# fmt: off
PLACED = [
    ("google default credentials", [
        '{"account": "", "client_id": "<d!:12>-<lan!:32>.apps.googleusercontent.com", "client_secret": "d-<url:22>", "refresh_token": "1//0<url:98>", "type": "authorized_user"}',
        '{\n  "client_secret": "d-<url:22>",\n  "quota_project_id": "acme-<n>",\n  "refresh_token": "1//0<url:98>",\n  "type": "authorized_user"\n}',
    ]),
    ("default password sentence", [
        "the default password for user 'postgres' is '<pw:11>' (see README)",
        'INFO setup: the password for the user "<user>" is "<an:14>"',
        "Tool output: the default password for the username 'admin' is '<an:12>', change it after login",
    ]),
    ("jenkins setup password", [
        "Please use the following password to proceed to installation:\n\n<hex:32>\n\nThis may also be found at: /var/jenkins_home/secrets/initialAdminPassword",
        "jenkins_1  | Please use the following password to proceed to installation:\njenkins_1  | \njenkins_1  | <hex:32>\njenkins_1  | ",
    ]),
    ("nuget password", [
        '<packageSourceCredentials><acme><add key="Username" value="ci" /><add key="ClearTextPassword" value="<an:22>" /></acme></packageSourceCredentials>',
        '    <add key="Username" value="<user>" />\n    <add key="Password" value="<b64:40>==" />\n',
    ]),
    ("gradle credentials", [
        "maven {\n  url 'https://repo.acme.io/releases'\n  credentials {\n    username '<user>'\n    password '<an:18>'\n  }\n}",
        'credentials {\n    // ci only\n    username "deployer"\n    password "<pw:14>"\n}',
    ]),
    ("amqp address", [
        "CELERY_BROKER_URL=amqp://<user>:<an:16>@<host>:5672/agents",
        "kombu.exceptions.OperationalError: [Errno 111] amqps://worker:<url:20>@mq.acme.io:5671//",
        'broker: "amqp://rabbit:<pw:12>@<host>/%2f"',
    ]),
    ("postgres address", [
        "DATABASE_URL=postgres://<user>:<an:20>@<host>:5432/<db>?sslmode=require",
        '{"args": ["-y", "@modelcontextprotocol/server-postgres", "postgresql://reader:<url:16>@<host>:5432/<db>"]}',
        "sqlalchemy.exc.OperationalError: could not connect to postgresql+asyncpg://app:<an:14>@<host>/<db>",
        "psql 'postgresql://<user>:<pw:13>@<host>/<db>' -c 'select 1'",
    ]),
    ("mysql address", [
        "mysql://<user>:<an:17>@<host>:3306/<db>",
        "Could not parse rfc1738 URL from string mysql+pymysql://root:<pw:12>@<host>:3306/<db>",
        'engine = create_engine("mysql://etl:<url:18>@<host>:3306/<db>")',
    ]),
    ("ftp address", [
        "wget ftp://<user>:<an:12>@ftp.acme.io/exports/2026-03.csv.gz",
        "lftp: opening ftp://upload:<pw:11>@<host>:21/in/",
    ]),
    ("jdbc address", [
        "spring.datasource.url=jdbc:postgresql://<host>:5432/<db>?user=<user>&password=<an:18>&ssl=true",
        "Caused by: java.sql.SQLException: no suitable driver for jdbc:mysql://app:<an:15>@<host>:3306/<db>",
        'url: "jdbc:sqlserver://<host>:1433;databaseName=<db>;user=<user>;password=<an:16>;encrypt=true"',
    ]),
    ("sql server settings", [
        "Server=tcp:<host>,1433;Initial Catalog=<db>;User ID=<user>;Password=<an:18>;Encrypt=True;",
        '"ConnectionStrings": {"Default": "Data Source=<host>;Database=<db>;Uid=<user>;Pwd=<pw:14>;"}',
    ]),
    ("wireguard key", [
        "[Interface]\nAddress = 10.8.0.2/32\nPrivateKey = <b64:43>=\nDNS = 1.1.1.1\n\n[Peer]\nPublicKey = <b64!:43>=\nEndpoint = vpn.acme.io:51820",
        "cat wg0.conf\nPrivateKey=<b64:43>=\nListenPort=51820",
    ]),
    ("azure shared access signature", [
        "https://acme<n>.blob.core.windows.net/traces/run.jsonl?sv=2023-11-03&st=2026-03-01T00%3A00%3A00Z&se=2026-04-01T00%3A00%3A00Z&sr=b&sp=r&sig=<an:41>%2B<an:20>%3D",
        'AZURE_SAS_TOKEN="sv=2022-11-02&ss=b&srt=sco&sp=rwdlac&se=2026-12-31T23:59:59Z&spr=https&sig=<b64:43>="',
        "azcopy copy './out' 'https://lake.dfs.core.windows.net/raw?sv=2024-05-04&sr=c&sp=rl&sig=<an:43>%3D' --recursive",
    ]),
    ("slack webhook", [
        "SLACK_WEBHOOK=https://hooks.slack.com/services/T0<uan!:8>/B0<uan!:8>/<an:24>",
        "requests.exceptions.HTTPError: 404 Client Error: Not Found for url: https://hooks.slack.com/services/T<uan!:10>/B<uan!:10>/<an:24>",
        'tool notify(url="https://hooks.slack.com/services/T0<uan!:8>/B0<uan!:8>/<an:24>", text="eval done")',
    ]),
    ("slack trigger", [
        "TRIGGER_URL=https://hooks.slack.com/triggers/T0<uan!:8>/<d!:13>/<hex:32>",
        'POST https://hooks.slack.com/triggers/T0<uan!:8>/<d!:13>/<hex:32> {"run": "nightly"}',
    ]),
    ("zapier webhook", [
        "ZAPIER_WEBHOOK=https://hooks.zapier.com/hooks/catch/<d!:8>/<lan:7>/",
        "curl -X POST https://hooks.zapier.com/hooks/catch/<d!:7>/<lan:7> -d @lead.json",
    ]),
    ("tines webhook", [
        "https://acme-soc.tines.com/webhook/<hex!:32>/<hex:32>",
        '{"tool": "fetch", "arguments": {"url": "https://bold-lake-<n>.tines.com/webhook/<hex!:32>/<hex:32>", "method": "POST"}}',
    ]),
    ("discord webhook", [
        "DISCORD_WEBHOOK_URL=https://discord.com/api/webhooks/<d!:18>/<url:68>",
        "discord.errors.NotFound: 404 (error code: 10015): POST https://discord.com/api/webhooks/<d!:18>/<url:68>",
    ]),
    ("discord bot token", [
        "DISCORD_TOKEN=MT<an!:22>.G<an!:5>.<url:27>",
        "client.run('N<an!:23>.<an!:6>.<url:27>')",
        "Authorization: Bot M<an!:23>.G<an!:5>.<url:27>",
    ]),
    ("particle token", [
        "curl https://api.particle.io/v1/devices -H \"Authorization: Bearer <hex:40>\"",
        "GET https://api.particle.io/v1/devices/events?access_token=<hex:40> 200",
    ]),
    ("thingsboard token", [
        "curl -d '{\"temp\": 21}' http://thingsboard.cloud/api/v1/<lan:20>/telemetry",
        "POST https://thingsboard.cloud/api/v1/<lan:20>/attributes 200 14ms",
    ]),
    ("thingsboard device key", [
        '{"deviceName": "meter-<n>", "provisionDeviceKey": "<lan!:20>", "provisionDeviceSecret": "<lan:20>"}',
        "provisionDeviceKey: <lan!:20>\nprovisionDeviceSecret: <lan:20>\n",
    ]),
    ("truenas socket key", [
        '{"id": "<uuid!>", "msg": "method", "method": "auth.login_with_api_key", "params": ["<d!:1>-<an:64>"]}',
        'ws.send(\'{"msg": "method", "method": "auth.login_with_api_key", "params": ["<d!:1>-<an:64>"]}\')',
    ]),
    ("truenas bearer key", [
        'curl -X POST "http://10.0.0.30/api/v2.0/pool" -H "Authorization: Bearer <d!:1>-<an:64>"',
        "> Authorization: Bearer <d!:1>-<an:64>\n> Host: truenas.local",
    ]),
    ("kubernetes bootstrap", [
        "kind: Secret\ntype: bootstrap.kubernetes.io/token\nstringData:\n  token-id: <lan!:6>\n  token-secret: <lan:16>\n  usage-bootstrap-authentication: \"true\"",
        "kubeadm join 10.0.0.4:6443 --token <lan!:6>.<lan:16> --discovery-token-ca-cert-hash sha256:<hex!:64>",
    ]),
    ("curl authorization", [
        "curl -s -H 'Authorization: Bearer <an:44>' https://gw.acme.io/v1/models",
        "tool_use bash: curl --header \"Authorization: Token <hex:40>\" https://inner.acme.io/api/runs/",
        "curl -X GET -H 'Authorization: Basic <an:34>==' https://nexus.acme.io/status",
    ]),
    ("azure subscription key", [
        "Ocp-Apim-Subscription-Key: <hex:32>",
        "requests.post(url, headers={'Ocp-Apim-Subscription-Key': '<hex:32>', 'Content-Type': 'application/ssml+xml'})",
        "GET https://apim-acme.azure-api.net/v1/ask?subscription-key=<hex:32>",
    ]),
    ("notify key", [
        "Authorization: ApiKey-v1 gcntfy-prod_key-<uuid!>-<uuid>",
        "NOTIFY_AUTH='ApiKey-v1 gcntfy-staging-<uuid!>-<uuid>'",
    ]),
    ("blynk organization token", [
        'curl https://fra1.blynk.cloud/api/organization/profile -H "Authorization: Bearer <url:40>"',
        "GET https://lon1.blynk.cloud/api/organization/devices\nAuthorization: Bearer <url:40>\n",
    ]),
    ("blynk client", [
        "curl -X POST -u oa2-client-id_<url!:32>:<url:40> https://fra1.blynk.cloud/oauth2/token?grant_type=client_credentials",
        "httpx POST https://ny3.blynk.cloud/oauth2/token auth oa2-client-id_<url!:32>:<url:40>",
    ]),
    ("cosmos key", [
        "AccountEndpoint=https://acme-kb.documents.azure.com:443/;AccountKey=<an:86>==;",
        "COSMOS_KEY=<an:86>==\nCOSMOS_URI=https://acme-kb.documents.azure.com:443/",
    ]),
    ("storage account key", [
        "DefaultEndpointsProtocol=https;AccountName=acmetraces;AccountKey=<b64:86>==;EndpointSuffix=core.windows.net",
        "az storage blob list --account-name acmetraces --account-key <b64:86>== -c raw",
        "storage_account_key: <b64:86>==",
    ]),
    ("base64 private key", [
        "PRIVATE_KEY_B64=LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQp<an:220>==",
        '{"key_pem": "LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk<an:180>="}',
    ]),
    ("coinbase private key", [
        '{"name": "organizations/<uuid!>/apiKeys/<uuid!>", "privateKey": "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEE<b64:56>\\n<b64:64>\\n<b64:34>==\\n-----END EC PRIVATE KEY-----\\n"}',
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE<b64:56>\n<b64:64>\n<b64:34>==\n-----END EC PRIVATE KEY-----",
    ]),
    ("network credential", [
        'smtp.Credentials = new NetworkCredential("alerts@acme.io", "<l:16>");',
        'handler.Credentials = new NetworkCredential("<user>", "<pw:14>");',
    ]),
    ("user and password pair", [
        'conn = connect(host="<host>", username="<user>", password="<an:13>")',
        "user = '<user>'; pass = '<an:15>'",
        "USERNAME='<user>'\nPASSWORD='<pw:15>'\n",
    ]),
    ("quoted password", [
        'password := "<an:14>"',
        '"smtp": {"password": "<pw:12>", "port": 587}',
        'config["password"] => "<an:16>"',
    ]),
    ("address with user", [
        "git clone https://ci-bot:<an:24>@git.acme.io/<repo>.git",
        "pip install --index-url https://<user>:<url:20>@pypi.acme.io/simple acme-agents",
        "HTTPS_PROXY=http://<user>:<an:12>@proxy.acme.io:3128",
    ]),
    ("old vault token", [
        'VAULT_TOKEN="s.<an:24>"',
        "X-Vault-Token: s.<an:24>",
        "vault login token: s.<an:24>",
    ]),
    ("old vault batch token", [
        "vault_token=b.<an:120>",
        '{"auth": {"client_token": "b.<an:120>", "lease_duration": 2764800}}',
    ]),
    ("old azure devops token", [
        'var personalAccessToken = "<lb32:52>";',
        "AZURE_DEVOPS_PAT=<lb32:52>",
        "ado_token: '<lb32:52>'",
    ]),
    ("new registry password", [
        "az acr login -n acmecr -u acmecr -p <an:52>JQQJ99CAACYeBjFEqg7NAAABAZCR<an!:4>",
        "docker login acmecr.azurecr.io -u acmecr --password <an:52>JQQJ99CBACYeBjFEqg7NAAACAZCR<an!:4>",
    ]),
    ("azure openai key", [
        "AZURE_OPENAI_API_KEY=<an:52>JQQJ99BDACYeBjFXJ3w3AAABACOG<an!:4>",
        "azure_openai_key: '<an:52>JQQJ99BCACHYHv6XJ3w3AAABACOG<an!:4>'",
        "openai_api_key = \"<an:52>JQQJ99AKAC77bzfXJ3w3AAABACOG<an!:4>\"",
    ]),
    ("management token", [
        "Authorization: Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Ik<an!:20>In0.eyJpc3MiOiJodHRwczovL2FjbWUu<an!:80>.<url:342>",
        'auth0 mgmt token {"access_token": "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FjbWUu<an!:90>.<url:342>", "expires_in": 86400}',
    ]),
    ("encoded session token", [
        "session_jwt_b64=ZXlKaGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5<an:120>",
        "env:\n  ID_TOKEN: ZXlKaGJHY2lPaUpTVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5<an:140>==",
    ]),
    ("alibaba secret", [
        "ALIBABA_ACCESS_KEY_ID=LTAI5t<an!:18>\nALIBABA_ACCESS_KEY_SECRET=<an:30>",
        'oss2.Auth("LTAI5t<an!:18>", access_key_secret="<an:30>")',
    ]),
    ("airtable oauth token", [
        "Authorization: Bearer oaa<an!:14>.v1.<url:60>.<hex:64>",
        '{"provider": "airtable", "access_token": "oaa<an!:14>.v1.<url:60>.<hex:64>"}',
    ]),
    ("aws secret", [
        "'aws_secret_access_key': '<b64:40>'",
        "aws_access_key_id = AKIA<b32!:16>\naws_secret_access_key = <b64:40>",
        "export AWS_SECRET_ACCESS_KEY=<b64:40>",
    ]),
    ("gocardless token", [
        "GOCARDLESS_ACCESS_TOKEN='live_<url:40>'",
        "gocardless_pro.Client(access_token='live_<url:40>', environment='live')",
    ]),
    ("zulip key", [
        "[api]\nemail=eval-bot@acme.zulipchat.com\nkey=<an:32>\nsite=https://acme.zulipchat.com",
        "curl -sS https://acme.zulipchat.com/api/v1/messages -u eval-bot@acme.zulipchat.com:<an:32>",
    ]),
    ("mapbox secret token", [
        "MAPBOX_DOWNLOADS_TOKEN=sk.eyJ1Ijoi<an!:60>.<an:22>",
        'mapbox: {"secretToken": "sk.eyJ1Ijoi<an!:64>.<url:22>"}',
        "mapboxgl.accessToken = 'tk.eyJ1Ijoi<an!:70>.<an:22>'",
    ]),
    ("vault cloud batch token", [
        "VAULT_ADDR=https://acme.vault.hashicorp.cloud:8200 VAULT_TOKEN=hvb.<url:150> vault kv get kv/app",
        '{"request_id": "<uuid!>", "auth": {"client_token": "hvb.<url:138>"}}',
    ]),
]
