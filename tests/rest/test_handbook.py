"""Read the published handbook: versions, processes, clocks."""

from lxml import etree


def test_versions_are_listed(adjuster):
    [version] = adjuster.get("/handbook/versions").json()["items"]

    assert version["number"] == 1
    assert version["file_count"] > 10


def test_clocks_name_their_basis(adjuster):
    clocks = adjuster.get("/handbook/clocks").json()["items"]

    assert all(clock["basis"] for clock in clocks)
    assert "保险法第二十三条" in {clock["basis"] for clock in clocks}


def test_process_is_read_with_elements_and_flows(adjuster):
    process = adjuster.get("/handbook/processes/claim_handling").json()

    assert process["name"] == "理赔处理"
    elements = {element["id"]: element for element in process["elements"]}
    assert elements["review_documents"]["form"] == "review_documents"
    assert elements["review_documents"]["roles"] == ["claims_handler"]
    assert {flow["source"] for flow in process["flows"]} <= elements.keys()


def test_processes_are_listed(adjuster):
    keys = [item["key"] for item in adjuster.get("/handbook/processes").json()["items"]]

    assert "claim_handling" in keys


def test_process_is_drawn_with_its_colours(adjuster):
    answer = adjuster.get("/handbook/processes/claim_handling.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    drawing = etree.fromstring(answer.content)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert ".diagram" in drawing.findtext("{http://www.w3.org/2000/svg}style")
    again = adjuster.get("/handbook/processes/claim_handling.svg", If_None_Match=answer["ETag"])
    assert again.status_code == 304


def test_unknown_process_is_not_found(adjuster):
    assert adjuster.get("/handbook/processes/nothing").status_code == 404
    assert adjuster.get("/handbook/processes/nothing.svg").status_code == 404
