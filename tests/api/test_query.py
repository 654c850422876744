"""What is asked in the query is understood or refused, never passed over."""

import pytest

from tests.api.conftest import Api, Specification


@pytest.mark.parametrize(
    ("address", "field", "nearest"),
    [
        ("/listings?materialgroup=beton", "materialgroup", "materialGroup"),
        ("/listings?radius=15&place=Borne", "radius", "radiusKm"),
        ("/demands?statuss=open", "statuss", "status"),
        ("/materials?pagesize=5", "pagesize", "pageSize"),
    ],
)
def test_a_mistyped_parameter_is_refused_with_the_nearest(public: Api, address: str, field: str, nearest: str) -> None:
    refused = public.get(address, headers={"Accept-Language": "en"})
    assert refused.status_code == 422
    assert refused.get_json()["errors"] == [
        {"field": field, "message": f"There is no parameter “{field}” here. Do you mean “{nearest}”?"}
    ]


def test_a_parameter_that_resembles_none_is_refused(hengelo: Api) -> None:
    for address in ("/listings?zwart=1", "/goals?q=asfalt", "/me?page=1", "/notices?zwart=1"):
        refused = hengelo.get(address)
        assert refused.status_code == 422, address
        assert len(refused.get_json()["errors"]) == 1


def test_everything_that_is_wrong_is_told_at_once(public: Api) -> None:
    refused = public.get("/listings?kleur=rood&soort=new&sort=newest")
    assert [error["field"] for error in refused.get_json()["errors"]] == ["kleur", "soort"]


@pytest.mark.parametrize("address", ["/listings?sort=cheapest", "/listings?organisation=atlantis", "/listings?condition=mint"])
def test_an_unknown_value_is_refused_at_its_name(public: Api, address: str) -> None:
    refused = public.get(address)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == address.partition("?")[2].partition("=")[0]


def test_a_side_that_is_none_of_the_two_is_refused(borne: Api) -> None:
    assert borne.get("/reservations?side=middle").status_code == 422


def test_a_parameter_of_one_value_is_sent_once(public: Api) -> None:
    assert public.get("/listings?q=steen&q=hout").status_code == 422
    assert public.get("/listings?condition=good&condition=new").status_code == 200


def test_a_parameter_without_a_value_counts_as_none(specification: Specification, hengelo: Api) -> None:
    count = 0
    for path, methods in specification.document["paths"].items():
        if "get" in methods and "{" not in path and hengelo.get(path).status_code == 200:
            parameters = methods["get"]["parameters"]
            assert [parameter["name"] for parameter in parameters if parameter["allowEmptyValue"] is not True] == [], path
            without_values = "&".join(f"{parameter['name']}=" for parameter in parameters)
            assert hengelo.get(f"{path}?{without_values}").status_code == 200, path
            count += len(parameters)
    assert count > 60


def test_a_write_takes_no_parameters(hengelo: Api) -> None:
    assert hengelo.post("/listings?dryRun=true", {}).get_json()["errors"][0]["field"] == "dryRun"


@pytest.mark.slow
def test_a_page_of_the_site_stays_lenient(public: Api) -> None:
    assert public.client.get("/aanbod?zwart=1&sort=cheapest").status_code == 200
    assert public.client.get("/api/v1/docs?zwart=1").status_code == 200
