"""Single sign-on: who the issuer is, whom it knows, and how an owner changes that."""

import strawberry
from strawberry import UNSET, Info

from db.identity_providers import IDENTITY_PROVIDERS, STAFF_IDENTITIES
from domain.identity import Scope
from resolvers.listing import by_id, listed, one
from resolvers.refusals import mutation
from schema.global_ids import decode_as
from schema.identity_providers import (
    IdentityProvider,
    IdentityProviderFilter,
    IdentityProviderPayload,
    RemoveIdentityProviderInput,
    SetIdentityProviderInput,
    StaffIdentity,
    StaffIdentityFilter,
    StaffIdentityPayload,
    UnlinkStaffIdentityInput,
)
from schema.orders import IdentityProviderOrder, StaffIdentityOrder
from schema.pagination import Connection
from services.identity_providers import (
    remove_identity_provider,
    set_identity_provider,
    unlink_staff_identity,
)


@strawberry.type
class IdentityProviderQuery:
    """Root fields that read by whom staff sign in."""

    identity_providers: Connection[IdentityProvider] = listed(
        IDENTITY_PROVIDERS,
        filter=IdentityProviderFilter,
        order=IdentityProviderOrder.CREATED_AT_DESC,
        scope=Scope.STAFF_READ,
        description="The issuer by which the tenant's staff sign in, and those of before.",
    )
    identity_provider: IdentityProvider | None = by_id(IdentityProvider, IDENTITY_PROVIDERS)
    staff_identities: Connection[StaffIdentity] = listed(
        STAFF_IDENTITIES,
        filter=StaffIdentityFilter,
        order=StaffIdentityOrder.LINKED_AT_DESC,
        scope=Scope.STAFF_READ,
        description="Whom of the staff which issuer knows.",
    )
    staff_identity: StaffIdentity | None = by_id(StaffIdentity, STAFF_IDENTITIES)


@strawberry.type
class IdentityProviderMutation:
    """Root fields that change by whom staff sign in."""

    @mutation(
        IdentityProviderPayload,
        scope=Scope.TENANT_WRITE,
        fresh=True,
        description="Say by which issuer of OpenID Connect the tenant's staff sign in.",
    )
    async def set_identity_provider(
        self, info: Info, input: SetIdentityProviderInput
    ) -> IdentityProviderPayload:
        context, world = info.context, info.context.world
        wish, now = input.to_domain(), world.now()
        secret = None if input.client_secret is UNSET else input.client_secret
        keeps = input.client_secret is UNSET
        row = await context.write(
            lambda tx: set_identity_provider(
                tx,
                wish,
                vault=world.vault,
                secret=secret,
                keeps=keeps,
                plain=not world.production,
                now=now,
                ids=world.ids,
            )
        )
        found = await one(info, IDENTITY_PROVIDERS, row)
        return IdentityProviderPayload(identity_provider=found, errors=[])

    @mutation(
        IdentityProviderPayload,
        scope=Scope.TENANT_WRITE,
        fresh=True,
        description="End single sign-on; every session that it began is over.",
    )
    async def remove_identity_provider(
        self, info: Info, input: RemoveIdentityProviderInput
    ) -> IdentityProviderPayload:
        context, world = info.context, info.context.world
        id, version = decode_as("IdentityProvider", input.id), input.expected_version
        now = world.now()
        row = await context.write(
            lambda tx: remove_identity_provider(
                tx, id, expected_version=version, now=now, ids=world.ids
            )
        )
        found = await one(info, IDENTITY_PROVIDERS, row)
        return IdentityProviderPayload(identity_provider=found, errors=[])

    @mutation(
        StaffIdentityPayload,
        scope=Scope.TENANT_WRITE,
        fresh=True,
        description="Forget which subject of an issuer a member is; their next sign-in is by"
        " their address again.",
    )
    async def unlink_staff_identity(
        self, info: Info, input: UnlinkStaffIdentityInput
    ) -> StaffIdentityPayload:
        context, world = info.context, info.context.world
        id, version = decode_as("StaffIdentity", input.id), input.expected_version
        now = world.now()
        row = await context.write(
            lambda tx: unlink_staff_identity(
                tx, id, expected_version=version, now=now, ids=world.ids
            )
        )
        found = await one(info, STAFF_IDENTITIES, row)
        return StaffIdentityPayload(staff_identity=found, errors=[])
