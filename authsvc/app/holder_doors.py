"""The doors of the holder room, one chamber after the other."""

from collections.abc import Sequence
from typing import Any

from authsvc.app.house import House
from authsvc.enrollment.leaving import Leaving
from authsvc.holder import routes as holder_routes
from authsvc.holder.activity import routes as activity_routes
from authsvc.holder.activity.own_log import OwnLog
from authsvc.holder.approvals import Approvals
from authsvc.holder.departments import routes as departments_routes
from authsvc.holder.departments.own_departments import OwnDepartments
from authsvc.holder.devices import routes as devices_routes
from authsvc.holder.devices.adding import Adding
from authsvc.holder.devices.devices import Devices
from authsvc.holder.documents import routes as documents_routes
from authsvc.holder.documents.renewing import Renewing
from authsvc.holder.door import Door
from authsvc.holder.export.exports import Exports, Sources
from authsvc.holder.kin import routes as kin_routes
from authsvc.holder.kin.guardians import OwnGuardians
from authsvc.holder.kin.helped import Helped
from authsvc.holder.kin.helping import Helping
from authsvc.holder.kin.invitation import Invitations
from authsvc.holder.kin.uses import WardUses
from authsvc.holder.kin.wards import Wards
from authsvc.holder.overview import Overviews
from authsvc.holder.paper import routes as paper_routes
from authsvc.holder.paper.sheets import Sheets
from authsvc.holder.parting import Parting
from authsvc.holder.phone import routes as phone_routes
from authsvc.holder.phone.changing import PhoneChanging
from authsvc.holder.platforms import routes as platforms_routes
from authsvc.holder.platforms.platforms import Platforms
from authsvc.holder.protection import Protection
from authsvc.holder.receipt import Receipts
from authsvc.holder.wallets import routes as wallets_routes
from authsvc.holder.wallets.wallet_offers import WalletOffers


def holder_doors(house: House, door: Door) -> Sequence[Any]:
    """Every handler of the room. A new chamber hangs its own here."""
    on: dict[str, Any] = {"database": house.database, "subscribers": house.subscribers}
    own_log = OwnLog(clients=house.clients, activity=house.activity, **on)
    devices = Devices(
        certificates=house.certificates, sessions=house.sessions, activity=house.activity, **on
    )
    adding = Adding(
        certificates=house.certificates,
        register=house.outside.register,
        changes=house.desk.changes,
        step_up=house.step_up,
        activity=house.activity,
        alerts=house.alerts,
        **on,
    )
    platforms = Platforms(
        issuer=house.settings.issuer,
        clients=house.clients,
        grants=house.provider.grants,
        activity=house.activity,
        sign_out=house.provider.logout.sign_out,
        **on,
    )
    return [
        *_own_doors(house, door, devices, own_log),
        *activity_routes.routes(own_log, door),
        *devices_routes.routes(devices, adding, door),
        *documents_routes.routes(
            Renewing(register=house.outside.register, activity=house.activity, **on), door
        ),
        *platforms_routes.routes(platforms, door),
        *departments_routes.routes(
            OwnDepartments(house.departments.departments, house.links, step_up=house.step_up, **on),
            door,
        ),
        *phone_routes.routes(_phone_changing(house), door),
        *wallets_routes.routes(
            WalletOffers(
                step_up=house.step_up,
                activity=house.activity,
                offers=house.issuer.offers,
                **on,
            ),
            door,
        ),
        *paper_routes.routes(
            Sheets(
                ephemeral=house.ephemeral,
                step_up=house.step_up,
                activity=house.activity,
                certificates=house.certificates,
                **on,
            ),
            door,
        ),
        *_kin_doors(house, door),
    ]


def _phone_changing(house: House) -> PhoneChanging:
    return PhoneChanging(
        database=house.database,
        subscribers=house.subscribers,
        changes=house.phone_changes,
        codes=house.new_phone_codes,
        step_up=house.step_up,
        alerts=house.alerts,
    )


def _kin_doors(house: House, door: Door) -> Sequence[Any]:
    on: dict[str, Any] = {
        "database": house.database,
        "subscribers": house.subscribers,
        "kinship": house.kinship,
    }
    guardians = house.provider.guardians
    return kin_routes.routes(
        wards=Wards(
            relations=house.relations,
            activity=house.activity,
            custody=guardians.custody,
            vouching=house.desk.guardian,
            **on,
        ),
        guardians=OwnGuardians(**on),
        uses=WardUses(
            database=house.database, subscribers=house.subscribers, decisions=guardians.decisions
        ),
        helping=Helping(
            relations=house.relations,
            invitations=Invitations(house.ephemeral),
            activity=house.activity,
            alerts=house.alerts,
            **on,
        ),
        helped=Helped(
            relations=house.relations,
            certificates=house.certificates,
            freezing=house.desk.freezing,
            alerts=house.alerts,
            **on,
        ),
        door=door,
    )


def _own_doors(house: House, door: Door, devices: Devices, own_log: OwnLog) -> Sequence[Any]:
    on: dict[str, Any] = {"database": house.database, "subscribers": house.subscribers}
    sources = Sources(
        subscribers=house.subscribers,
        certificates=house.certificates,
        credentials=house.credentials,
        clients=house.clients,
        grants=house.provider.grants,
        relations=house.relations,
        recoveries=house.desk.recoveries,
        phone_changes=house.phone_changes,
        activity=house.activity,
        devices=devices,
        own_log=own_log,
    )
    return holder_routes.routes(
        overviews=Overviews(
            certificates=house.certificates,
            recoveries=house.desk.recoveries,
            phone_changes=house.phone_changes,
            activity=house.activity,
            own_log=own_log,
            step_up=house.step_up,
            **on,
        ),
        exports=Exports(
            issuer=house.settings.issuer,
            database=house.database,
            sources=sources,
            step_up=house.step_up,
        ),
        protection=Protection(
            freezing=house.desk.freezing,
            recoveries=house.desk.recoveries,
            alerts=house.alerts,
            **on,
        ),
        parting=_parting(house),
        approvals=Approvals(house.provider.backchannel.waiting),
        door=door,
    )


def _parting(house: House) -> Parting:
    return Parting(
        database=house.database,
        subscribers=house.subscribers,
        certificates=house.certificates,
        credentials=house.credentials,
        grants=house.provider.grants,
        activity=house.activity,
        relations=house.relations,
        leaving=Leaving(
            subscribers=house.subscribers,
            certificates=house.certificates,
            relations=house.relations,
        ),
        receipts=Receipts(issuer=house.settings.issuer, keys=house.keyring.signing),
        sign_out=house.provider.logout.sign_out,
        step_up=house.step_up,
    )
